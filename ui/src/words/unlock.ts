/** What is said when the CA key cannot be used as the server starts. */
export const unlockWords = {
  unprotected: {
    title: "Your desktop has no unlocked keychain.",
    text: "Choose a passphrase to protect the CA key.",
    set: "Set passphrase",
    plain: "Use a file readable only by me",
    plainNote:
      "Without a passphrase, whoever can read your files can sign for this environment. A warning stays for as long as that is so.",
    keyring: "Try the keychain again",
    least: 8,
    forget: "The passphrase is asked for at every start, and kept nowhere. Without it the CA is lost.",
    save: "Protect and start",
    back: "Back",
  },
  locked: {
    title: "The CA key is locked.",
    text: "The server starts when it is unlocked. Applications that are paired stay paired.",
    label: "Passphrase of the CA key",
    unlock: "Unlock",
    keyring: "Use the desktop's keychain",
  },
  busy: "Starting…",
  details: "Details",
} as const;
