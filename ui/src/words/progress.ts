import { durationWords } from "../model/time.ts";

/** How far a pairing has come, line by line, and its end. */
export const progressWords = {
  live: {
    title: "What the Director sees",
    waiting: (name: string) => `Waiting for ${name} to use the token`,
    waitingClient: (name: string) => `Waiting for ${name} to use its client ID and secret`,
    fetched: (name: string, at: string) => `${name} fetched its configuration · ${at}`,
    noAnswer: (name: string) => `${name} used the token but got no answer`,
    csr: (name: string) => `${name} sent its signing request`,
    issued: "Certificate issued",
    tokenGot: (name: string) => `${name} got an access token and has not called yet`,
    cannotTell: (name: string) =>
      `${name} was connected before, and nothing that your sign-in may read changes when it pairs again. ` +
      `Ask ${name} whether it worked.`,
    paired: (name: string) => `First secured call received. ${name} is paired.`,
    limbo: (name: string) =>
      `${name} sent a signing request and has not called since. Either it is still starting, or its request was ` +
      "refused. Compass does not tell us which.",
    unreadable: (name: string) =>
      `Live progress needs the permission application.auths:read. You'll still see when ${name} becomes connected.`,
    old: "The Director does not answer at the moment. Asking goes on.",
  },

  finish: {
    title: (name: string) => `${name} is paired.`,
    certificate: (commonName: string | null, until: string | null, lifetime: number | null) => {
      const what = commonName === null ? "Its certificate" : `Certificate for CN=${commonName}`;
      const how = until === null || lifetime === null ? "" : `, valid until ${until} (${durationWords(lifetime)})`;
      return `${what}${how}. It can renew itself.`;
    },
    credentials: (clientId: string | null) =>
      clientId === null
        ? "It called the Director with an access token."
        : `It called the Director with an access token of client ${clientId}.`,
    storeSecret: "If you haven't stored the secret yet, do it before you leave.",
    done: "Done",
    again: "Pair again",
  },

  limbo: {
    refusals: "Common refusals",
    list: [
      "The subject differs: every part of it must be as in the configuration, and the common name is the one given there.",
      "The token of the first step was used for the second: the configuration brings a new one.",
      "More than five minutes passed between the two.",
      "The key is too short, or not RSA.",
      "The chain was decoded only once: each certificate in the answer is Base64 around PEM.",
    ],
    getNew: "Get a new token",
  },
} as const;
