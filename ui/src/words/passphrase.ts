/** What is said wherever a passphrase is typed. */
export const passphraseWords = {
  label: "Passphrase",
  again: "Repeat it",
  different: "The two are not the same.",
  empty: "A passphrase is needed.",
  short: (least: number) => `At least ${least} characters.`,
  show: "Show what I type",
} as const;
