/** The questions before something is lost, and the screen that hides everything: what lies above a page. */
export const guardWords = {
  secretTitle: "Leave without the secret?",
  secretText: "You haven't copied or saved it. You'd have to create a new one.",
  /** Its secret may exist by now, and nobody has seen it. */
  waiting: {
    title: "Leave while the secret is being made?",
    text: "It can't be stopped: the secret is kept until this program ends. The header shows that it waits, wherever you are.",
    leave: "Leave",
  },
  draft: {
    title: "Leave without saving?",
    text: "What you have entered here is not saved yet.",
    leave: "Leave without saving",
  },
  tokenTitle: "Close without handing it over?",
  tokenText: (name: string) =>
    `You haven't copied or saved the pairing data for ${name}. You'd have to request a new one.`,
  back: "Go back",
  leave: "Leave, I don't need it",
} as const;

export const lockWords = {
  title: "Locked",
  text: "Values are hidden, and the clipboard is emptied if it still held one of ours.",
  unlock: "Continue",
} as const;

/** A name to be typed before something is lost for good. */
export const confirmWords = { before: "Type ", after: " to confirm" } as const;
