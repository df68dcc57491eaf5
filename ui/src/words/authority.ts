import type {
  AuthorityFidelity,
  AuthorityKey,
  AuthorityOrigin,
  CaKeyProtection,
  ListenerName,
  ListenerTls,
} from "../backend/types.ts";
import type { SpanUnit } from "../model/policy.ts";
import { count, durationWords } from "../model/time.ts";
import { plural } from "../words.ts";

/** The sentences of the authority. */
const listeners: Record<ListenerName, string> = {
  token: "Token listener",
  certificate: "Certificate listener",
  internal: "Internal listener",
};

const listenerTips: Record<ListenerName, string> = {
  token: "Director, Connector and OAuth2, for whoever has a token or a secret.",
  certificate: "Director and Connector for whoever shows a client certificate.",
  internal: "Health and metrics, for this computer.",
};

const tls: Record<ListenerTls, string> = {
  server: "TLS",
  mutual: "TLS with client certificate",
  none: "no TLS",
};

const protections: Record<CaKeyProtection, string> = {
  keyring: "encrypted; the key to it is in your desktop's key store",
  passphrase: "encrypted with a passphrase",
  plain: "not encrypted, readable only by you",
};

const origins: Record<AuthorityOrigin, string> = { created: "created here", imported: "imported" };

const keys: Record<AuthorityKey, string> = {
  "ec:p256": "EC P-256: short and fast",
  "rsa:4096": "RSA 4096: for software that knows nothing else",
};

const fidelities: Record<AuthorityFidelity, { title: string; text: string }> = {
  strict: { title: "Strict", text: "Answers as a Compass would, quirks included." },
  lenient: { title: "Lenient", text: "Takes more than a Compass would take, where that helps." },
};

const fields = {
  "subject.organization": "Organization (O)",
  "subject.organizationalUnit": "Organizational unit (OU)",
  "subject.locality": "Locality (L)",
  "subject.province": "Province (ST)",
  "subject.country": "Country (C)",
  "keys.rsaMinimumBits": "Shortest RSA key",
  "keys.rsaMaximumBits": "Longest RSA key",
  "keys.curves": "EC curves",
  "lifetimes.applicationSeconds": "Application",
  "lifetimes.runtimeSeconds": "Runtime",
  "lifetimes.testSeconds": "Test certificate",
  "thresholds.warningDays": "Days before the end",
  "thresholds.warningPercent": "Share of the life that is left",
  revocationMode: "Revocation",
} as const;

const units: Record<SpanUnit, string> = { minute: "minutes", hour: "hours", day: "days" };

export const authorityWords = {
  title: "Authority",
  loading: "Loading the authority",
  loadingLong: "The server is taking its time.",
  failed: "The authority could not be read.",
  policyFailed: "The rules could not be read.",
  noDate: "A date like 2027-03-03, after today.",

  ca: {
    title: "Certificate authority",
    name: "Name",
    fingerprint: "Fingerprint",
    words: "In words",
    key: "Key",
    valid: "Valid",
    until: (from: string, to: string, away: string) => `${from} – ${to} (ends ${away})`,
    origin: (origin: AuthorityOrigin, since: string) => `${origins[origin]}, in use since ${since}`,
    originLabel: "Origin",
    certificates: "Signed",
    signed: (amount: number) =>
      `${plural(amount, "certificate", "certificates")} that ${amount === 1 ? "is" : "are"} accepted`,
    keyFile: "Private key",
    protection: (protection: CaKeyProtection) => protections[protection],
    backup: "Last backup",
    noBackup: "never",
    noBackupHint: "Without a backup, a lost disk means that every application has to be paired again.",
    backUp: "Back up…",
    restore: "Restore…",
    importOwn: "Import…",
    rotate: "Rotate…",
    savePem: "Copy certificate",
    pemCopied: "CA certificate",
  },

  old: {
    title: "Older authorities that are still accepted",
    none: "No older authority is accepted.",
    until: (day: string, away: string) => `accepted until ${day}, ${away}`,
    untilEnd: "accepted until it ends",
    certificates: (amount: number) => plural(amount, "certificate", "certificates"),
    retired: (amount: number) => `${plural(amount, "authority that is", "authorities that are")} not accepted any more`,
    was: (day: string) => `in use from ${day}`,
    stop: "Stop trusting…",
    stopNamed: (name: string) => `Stop trusting ${name}`,
    onChain: (amount: number) =>
      `${plural(amount, "application is", "applications are")} still on the old chain. They move to the new one when they renew or are paired again.`,
    onChainShort: (amount: number) =>
      `${plural(amount, "application is", "applications are")} on an older chain already`,
    noneOnChain: "Every application is on the new chain.",
    list: "Which ones",
    more: (amount: number) => `and ${count(amount)} more`,
    owner: "Application",
    owns: "Certificates",
    ends: "Last one expires",
    loading: "Looking them up…",
  },

  rotateDialog: {
    title: "Rotate the certificate authority",
    lead: "A new CA is created. Nobody has to be paired again as long as both are accepted.",
    key: "Key of the new CA",
    keys,
    overlap: "How long the old one stays accepted",
    date: "Until",
    now: "New CA is trusted from now; signs from now.",
    old: (day: string) => `The old one stops being trusted on ${day}.`,
    oldAtOnce:
      "The old one stops being trusted at once: whoever has a certificate of it is refused until it is paired again.",
    signed: (amount: number, atOnce: boolean) => {
      if (amount === 0) return "No certificate of the old one is in use.";
      if (atOnce) return `${plural(amount, "certificate stops", "certificates stop")} being accepted.`;
      return `${plural(amount, "certificate", "certificates")} of the old one ${amount === 1 ? "is" : "are"} in use; each moves to the new chain when its application renews.`;
    },
    trustNote:
      "Applications that check the server's certificate need the new CA as well: it is offered beside the old one at /ca.pem.",
    confirm: "Create the new CA",
    busy: "Creating…",
    cancel: "Cancel",
    done: "The new CA signs from now on.",
  },

  overlaps: {
    0: "not at all",
    week: "1 week",
    month: "30 days",
    quarter: "90 days",
    year: "1 year",
    day: "until a date",
  },

  importDialog: {
    title: "Import a certificate authority",
    lead: "Choose one or two files: certificate and private key in PEM, or a Kyma secret in YAML. They are read by the program; the key does not enter this window.",
    passphrase: "Passphrase of the key, if it has one",
    confirm: "Choose files…",
    busy: "Importing…",
    cancel: "Cancel",
    done: "The imported CA signs from now on.",
  },

  backupDialog: {
    title: "Back up the certificate authority",
    lead: "One encrypted file with the CA, its key, the inventory and what was revoked. Whoever has it and the passphrase can sign for this environment.",
    least: 12,
    lose: "The passphrase is kept nowhere. Without it the file is worthless.",
    confirm: "Save backup…",
    busy: "Saving…",
    cancel: "Cancel",
    done: (path: string) => `Backup saved to ${path}.`,
  },

  restoreDialog: {
    title: "Restore from a backup",
    lead: "The server stops, takes the backup, and starts again.",
    facts: [
      "What is here now is kept aside, not deleted.",
      "Tokens that were not used yet become void.",
      "What was revoked stays revoked.",
      "Certificates that were issued after the backup are not in it: their applications have to be paired again.",
    ],
    passphrase: "Passphrase of the backup",
    confirm: "Choose the backup…",
    busy: "Restoring…",
    cancel: "Cancel",
    done: "Restored. The server runs again.",
  },

  retireDialog: {
    title: (name: string) => `Stop trusting ${name}?`,
    text: (amount: number) =>
      amount === 0
        ? "No certificate of it is in use."
        : `${plural(amount, "certificate", "certificates")} of it stop being accepted at once, on connections that are open, too.`,
    forGood: "Those applications have to be paired again. This can't be undone.",
    confirm: "Stop trusting",
    busy: "Stopping…",
    cancel: "Cancel",
    done: (name: string) => `${name} is not accepted any more.`,
  },

  listeners: {
    title: "Listeners",
    names: listeners,
    tips: listenerTips,
    tls,
    columns: { name: "Listener", address: "Address", tls: "Protection", connections: "Connections" },
    connections: (amount: number, most: number) => `${count(amount)} of ${count(most)}`,
    server: "Server certificate",
    serverUntil: (day: string, renews: string) => `valid until ${day}; renews itself on ${renews}`,
  },

  rules: {
    title: "Rules for new certificates",
    lead: "They hold from the next certificate on; those that exist stay as they are.",
    subject: "Subject rules",
    preview: "A request must say",
    commonName: "<id of the pairing entry>",
    keys: "Key rules",
    bits: "bits",
    lifetimes: "Lifetimes",
    lifetimesHint: "How long a new certificate lives, by who gets it.",
    thresholds: "Warning thresholds",
    thresholdsHint: (days: number, percent: number, example: string) =>
      `“Expires soon” is said when less than ${plural(days, "day", "days")} and less than ${count(percent)} % of the life are left: for an application, from ${example} before the end.`,
    percent: "%",
    days: "days",
    mode: "Revocation mode",
    strict: "Strict: a revoked certificate is refused at once, for every call.",
    strictHint: "What Compass does.",
    renewalOnly: "Renewal only: a revoked certificate can't renew itself, and works until it expires.",
    renewalOnlyHint: "What older Kyma did.",
    fields,
    units,
    unit: (field: string) => `${field}, unit`,
    fixed: "Set on the command line; it can't be changed here.",
    save: "Save rules",
    saving: "Saving…",
    discard: "Discard",
    saved: "The rules were saved.",
    changed: "There are changes that are not saved.",
    faults: (amount: number) => `${plural(amount, "field needs", "fields need")} another value.`,
    number: "A whole number is needed.",
    lifetime: (seconds: number) => durationWords(seconds),
  },

  crl: {
    title: "Revocation list",
    number: "Number",
    none: "none can be signed now",
    entries: "Entries",
    from: "Made",
    next: "Next one",
    url: "Address",
    ocsp: "OCSP",
    noOcsp: "not offered",
    journal: "Revocation journal",
    journalHint: "Keep it beside the backup: what it says stays revoked after a restore.",
  },

  fidelity: { title: "Fidelity", kinds: fidelities, chosen: "Chosen when the server is started." },
} as const;
