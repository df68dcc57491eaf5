import type { RequestKind } from "../backend/types.ts";

/** The sentences of the helper that looks at signing requests. */
const kinds: Record<RequestKind, string> = {
  request: "a signing request",
  certificate: "a certificate",
  private_key: "a private key",
  public_key: "a public key",
  pkcs12: "a PKCS#12 file",
  token: "a token",
  unknown: "nothing we know",
};

const attributes: Record<string, string> = {
  O: "Organization",
  OU: "Organizational unit",
  L: "Locality",
  ST: "Province",
  C: "Country",
  CN: "Common name",
};

export const requestWords = {
  kinds,
  back: "Certificates",
  title: "Check a signing request",
  lead: "Paste or drop it: the subject, the key and the signature are compared with what the Connector expects. Nothing is kept.",
  leadFor: (name: string) => `Drop a signing request to check it before ${name} sends it`,
  label: "Signing request",
  check: "Check",
  checking: "Checking…",
  clear: "Start over",
  subject: "Subject",
  attribute: (name: string) => attributes[name] ?? name,
  columns: { field: "Field", is: "Is", mustBe: "Must be" },
  ok: "fits",
  notOk: "does not fit",
  missing: "missing",
  depends: "depends on the application",
  key: "Key",
  command: "Create it with",
  copyCommand: "Command",
  privateKey: "This is a private key. Don't share it.",
  notStored: "We have not stored it.",
  failed: "It could not be checked.",

  sign: {
    title: "Sign it here",
    lead: "The program plays the Connector: the request is signed as if the application had sent it. The certificate is real for this simulator.",
    kind: "Which certificate",
    application: "Client certificate",
    applicationHint: (lifetime: string | null) =>
      lifetime === null ? "As the application would get it." : `As the application would get it: ${lifetime}.`,
    test: "Short-lived test certificate",
    testHint: (lifetime: string | null) =>
      lifetime === null ? "Lives for minutes only." : `Lives for ${lifetime} only.`,
    sign: "Sign it here",
    signing: "Signing…",
    signed: "Signed.",
    failed: "It was not signed.",
    whose: "For which application?",
    whoseHint: "Name or id",
    choose: "Choose an application to compare the common name and to sign.",
    another: "Another application",
    entries: "For which pairing entry?",
    noEntry: (name: string) =>
      `${name} has no entry for a certificate yet. Request pairing data first; the common name comes from there.`,
    pair: "Pair…",
    entry: (commonName: string) => `CN=${commonName}`,
    none: "Nothing matches.",
  },

  drop: {
    or: "or",
    choose: "Choose a file…",
    here: "Drop it here.",
    tooLarge: "Files up to 64 KB.",
    unreadable: "The file could not be read.",
    placeholder: "Paste, or drop a file here",
  },
} as const;
