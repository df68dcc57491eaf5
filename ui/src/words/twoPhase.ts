/** The second half of a pairing in two phases, and what a legacy link is for. */
export const twoPhaseWords = {
  first: "First pairing: the central Connector",
  second: (runtime: string) => `Second pairing: runtime ${runtime}`,
  secondMany: (runtimes: string) => `Second pairing: runtimes ${runtimes}`,
  together: (names: string[]) =>
    names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? ""),
  steps: {
    label: (runtime: string) => `Progress of the pairing with ${runtime}`,
    asks: "Asks for addresses",
    token: "Second token arrives",
    uses: "Uses the token",
    certificate: "Second certificate",
    events: "Events may come",
    done: "done",
    now: "now",
    next: "not yet",
    failed: "failed",
  },
  said: {
    before: (name: string) =>
      `Begins by itself, when ${name} has its first certificate. There is nothing to hand over.`,
    waiting: (name: string) =>
      `${name} has its first certificate. When it asks for its addresses with it, it is given a second token.`,
    arrived: (name: string, runtime: string, at: string) =>
      `The second token has arrived, at ${at}. ${name} can pair with ${runtime} now.`,
    expired: (name: string) => `The second token expired before ${name} used it. Its next poll brings another one.`,
    used: (name: string, at: string) => `${name} used the second token, at ${at}. Its signing request comes next.`,
    paired: (name: string, runtime: string, until: string) =>
      `${name} is paired with ${runtime} as well: its second certificate is valid until ${until}. No event has come yet.`,
    events: (name: string, at: string) => `${name} called ${at} with its second certificate.`,
  },
  unreadable: "How the second pairing goes can't be read at the moment.",

  next: "What happens next",
  nextCertificate: (name: string): string[] => [
    `${name} presents the token to the Connector and fetches its configuration. The token is used up by that, even if a later step fails.`,
    `${name} creates a key and sends a signing request.`,
    "The Connector signs it and answers with a certificate.",
    `${name} calls the Director with its certificate. From then on it is paired.`,
  ],
  nextSecond: (name: string): string[] => [
    `${name} asks the info endpoint for its addresses, with its first certificate. The answer has the runtime's Connector and a second token in it.`,
    `${name} pairs with that Connector in the same way. The second certificate opens the events; the first one stays for the registry.`,
    "It keeps on asking: addresses and certificates may change between two polls.",
  ],
  nextCredentials: (name: string): string[] => [
    `${name} sends client ID and secret to the token URL and gets a short-lived access token.`,
    `${name} calls the Director with the access token. From then on it is paired.`,
  ],

  legacy: {
    lead: "One address with the token in it. It is wanted by:",
    who: [
      "SAP Commerce, SAP Marketing and SAP Cloud for Customer of the years before 2024, which were paired through the Compass adapter",
      "varkes, and SAP's mock applications: they take a link or pairing data in the same field",
      "scripts that pair with curl and openssl",
    ],
    cn: "The common name of the certificate is the id of this pairing entry. A client that expects the application's name there, as Kyma itself issued it, needs a connection link.",
    first: (name: string) =>
      `A client that speaks of a Remote Environment (the first generation) needs another link. It is on the page of ${name}, under Connection link.`,
    open: "Open that page",
    browser:
      "If a browser opens it, this simulator explains what it is for and keeps it unused. With a real Compass, opening it uses it up.",
  },
} as const;
