import type {
  CertificateKind,
  CertificateOrder,
  CertificateRefusal,
  ChainRole,
  ExportForm,
  RevocationReason,
} from "../backend/types.ts";
import type { Difference, Standing } from "../model/certificates.ts";
import { distance } from "../model/dates.ts";
import { count } from "../model/time.ts";
import { plural } from "../words.ts";
import { generationWords, ordinal } from "./renewals.ts";

/** The sentences of the certificates. */
const standings: Record<Standing, string> = {
  valid: "Valid",
  expires_soon: "Expires soon",
  expired: "Expired",
  authority_ended: "Authority ended",
  not_yet_valid: "Not valid yet",
  revoked: "Revoked",
  removed: "Pairing removed",
};

const standingTips: Record<Standing, string> = {
  valid: "It is accepted and can be renewed.",
  expires_soon: "It is accepted, but little of its life is left.",
  expired: "It is accepted by nobody any more, and it can't renew itself.",
  authority_ended: "The authority that signed it is not accepted any more; the application has to pair again.",
  not_yet_valid: "It starts to count later.",
  revoked: "It was taken back.",
  removed: "Its pairing was removed, so it is not accepted any more.",
};

const orders: Record<CertificateOrder, string> = {
  expiry: "Nearest expiry first",
  issued: "Newest first",
  owner: "By application",
  authority: "By authority",
};

const kinds: Record<CertificateKind, string> = {
  application: "Client certificate",
  runtime: "Runtime certificate",
  test: "Test certificate",
};

const reasons: Record<RevocationReason, string> = {
  unspecified: "No particular reason",
  key_compromise: "The private key may be known to others",
  affiliation_changed: "It belongs to somebody else now",
  superseded: "It was replaced by another one",
  cessation_of_operation: "The application is not in use any more",
};

const refusals: Record<CertificateRefusal, string> = {
  expired: "it had expired",
  not_yet_valid: "it was not valid yet",
  revoked: "it was revoked",
  pairing_removed: "its pairing was removed",
  not_for_clients: "it is not made for clients",
  unknown_issuer: "the authority that signed it was not accepted any more",
  not_accepted: "it could not be verified",
};

const roles: Record<ChainRole, string> = {
  root: "Root",
  intermediate: "Intermediate",
  client: "Client",
  server: "Server",
};

const forms: Record<ExportForm, string> = {
  pem: "PEM",
  chain: "PEM with chain",
  der: "DER",
  pkcs12: "PKCS#12…",
  calendar: "Calendar entry",
};

const changes: Record<Difference["what"], string> = {
  issued: "Issued",
  from: "Valid from",
  until: "Valid until",
  key: "Key",
  wire: "How",
  serial: "Serial number",
  fingerprint: "Fingerprint",
};

/** How it was asked for; what a newer server says is shown as it is. */
const wires: Record<string, string> = {
  "connector graphql": "through GraphQL",
  "legacy rest": "through legacy REST",
  "signed by administrator": "signed by the administrator",
};
const wireWords = (wire: string): string => wires[wire] ?? wire;

/** "3 applications", "2 runtimes", and both when there are both. */
const ownersWord = (amount: number): string => plural(amount, "application", "applications");

export const certificateWords = {
  wire: wireWords,
  standings,
  standingTips,
  orders,
  kinds,
  reasons,
  roles,
  forms,
  changes,
  fingerprint: "Fingerprint",
  serial: "Serial number",
  unnamed: (id: string) => `Application ${id}`,

  /** "in 12 days", "6 hours ago". */
  away: (at: string | number, now: number): string => {
    const { amount, unit } = distance(at, now);
    const words = plural(amount, unit, `${unit}s`);
    return (typeof at === "string" ? Date.parse(at) : at) >= now ? `in ${words}` : `${words} ago`;
  },
  generation: generationWords,
  refused: (why: CertificateRefusal, ago: string, from: string | null): string =>
    `Refused ${ago}${from === null ? "" : ` from ${from}`}: ${refusals[why]}`,

  list: {
    title: "Certificates",
    search: "Search certificates",
    placeholder: "Application, name, serial or fingerprint",
    check: "Check a signing request",
    calendar: "Calendar of expiries…",
    calendarSaved: (path: string) => `Saved to ${path}.`,
    hide: "Hide expired and revoked",
    order: "Order",
    loading: "Loading certificates",
    loadingLong: "The inventory is taking its time.",
    failed: "The certificates could not be read.",
    counts: (current: number, expired: number, revoked: number) =>
      [
        `${plural(current, "certificate", "certificates")} accepted`,
        expired > 0 ? `${count(expired)} expired` : null,
        revoked > 0 ? `${count(revoked)} revoked` : null,
      ]
        .filter(Boolean)
        .join(" · "),
    shown: (shown: number, more: boolean) => (more ? `${count(shown)} loaded, more below` : `${count(shown)} shown`),
    found: (found: number, more: boolean) =>
      `${count(found)}${more ? " or more" : ""} ${found === 1 && !more ? "matches" : "match"}`,
    more: "Load more",
    loadingMore: "Loading more…",
    groupRows: (rows: number, open: boolean) =>
      open ? `${count(rows)} or more` : plural(rows, "certificate", "certificates"),
    emptyTitle: "No certificate has been issued.",
    emptyText: "They appear here when an application finishes pairing.",
    toApplications: "To the applications",
    nothingCurrent: "Every certificate has expired or was revoked.",
    showAll: "Show them",
    searchAll: "Search expired and revoked, too",
    columns: {
      state: "State",
      owner: "Application",
      certificate: "Certificate",
      until: "Valid until",
      issued: "Issued",
      seen: "Last seen",
    },
    never: "never",
    from: (address: string) => `from ${address}`,
    by: wireWords,
    gone: "deleted",
    runtime: "Runtime",
    test: "Test",
    drop: "Drop the signing request to check it.",
  },

  timeline: {
    title: "When they expire",
    asChart: "Show as picture",
    asTable: "Show as table",
    loading: "Loading the timeline",
    failed: "The timeline could not be read.",
    line: "What if it were this date?",
    hint: "Drag the line, or use ← and → for a day, with Shift for a week, Home for now.",
    now: "now",
    today: (soon: string) => `Now. ${soon}`,
    next: (name: string | null, when: string) =>
      name === null ? `The next one expires ${when}.` : `${name} is the next to expire, ${when}.`,
    nothingEnds: "Nothing expires in the time to come.",
    /** "On 3 March: 14 expired, 3 applications dark, CA fine". */
    sentence: (day: string, expired: number, dark: number, authority: string) =>
      `On ${day}: ${count(expired)} expired, ${ownersWord(dark)} dark, ${authority}`,
    authorityFine: "CA fine",
    authorityEnded: (names: string[]) =>
      names.length === 1 ? "CA expired too" : `${count(names.length)} CAs expired too`,
    authoritySome: (ended: number) => `${plural(ended, "older CA", "older CAs")} expired`,
    goDark: "They go dark:",
    /** Whoever has no certificate left that is accepted. */
    darkTip:
      "Their last certificate has expired by then: they can neither call nor renew, and have to be paired again.",
    andMore: (amount: number) => `and ${count(amount)} more`,
    fewer: "fewer",
    back: "Back to now",
    date: "What if it were",
    noDate: "A date like 2027-03-03, not before today.",
    summary: (current: number, authorities: number) =>
      `${plural(current, "certificate", "certificates")} and ${plural(authorities, "authority", "authorities")} on one line of time.`,
    columns: {
      month: "Month",
      expire: "Certificates that expire",
      dark: "Applications that go dark",
      authority: "Authority",
    },
    authorityEnds: (name: string, day: string) => `${name} ends on ${day}`,
    none: "none",
  },

  page: {
    back: "Certificates",
    backToList: "Back to the list",
    loading: "Loading certificate",
    gone: "This certificate is not in the inventory.",
    openApplication: "Open application",
    ownerGone: "The application was deleted.",
    revoke: "Revoke…",
    verify: "Verify",
    exports: "Export",
    exportLead: "Nothing here is secret: the private key never leaves the application.",
    copy: "Copy PEM",
    copyChain: "Copy chain",
    copied: (what: string) => `${what} copied.`,
    saved: (path: string) => `Saved to ${path}.`,
    says: "What it says",
    revoked: (ago: string, by: string | null) => `Revoked ${ago}${by === null ? "" : ` by ${by}`}`,
    reason: (reason: RevocationReason, note: string | null) =>
      note ? `${reasons[reason]}. “${note}”` : `${reasons[reason]}.`,
    expiredStrip: (day: string) => `This certificate expired on ${day}; it can't renew itself.`,
    removedStrip: "Its pairing was removed. Whoever presents it is refused.",
    testStrip: "A test certificate: it lives for minutes, and is good for calling the simulator only.",
    pairAgain: "Pair again",
    neverSeen: "It has not been presented yet.",
    seen: (ago: string, from: string | null) => `Last presented ${ago}${from === null ? "" : ` from ${from}`}.`,
    details: "Fields, extensions, PEM",
    fields: "Fields",
    extensions: "Extensions",
    pem: "PEM",
    critical: "critical",
    name: "Name",
    value: "Value",
    meaning: "Meaning",
    facts: { serial: "Serial number", wire: "How", key: "Key", subject: "Subject", auth: "Pairing entry" },
  },

  chain: {
    title: "Chain",
    signedBy: "signed by",
    selfSigned: "signed by itself",
    /** Between two cards: the lower one names the key of the upper one. */
    link: (good: boolean) => (good ? "signed the one below" : "did not sign the one below"),
    proof: "How that shows",
    proofText: (authority: string | null, subject: string | null) =>
      authority === null || subject === null
        ? "The signature was checked; the certificates name no key identifiers."
        : `The signature was checked. The lower one names the key ${authority}, the upper one has the key ${subject}.`,
    until: "Valid",
    range: (from: string, to: string) => `${from} – ${to}`,
    key: "Key",
    words: "In words",
    fine: "No problem found.",
  },

  lineage: {
    title: "Lineage",
    alone: "The first of its line. It has not been renewed.",
    sentence: (generation: number, began: string) =>
      generation === 0
        ? `The line began with it on ${began}.`
        : `${ordinal(generation)} renewal of a line that began on ${began}.`,
    here: "this one",
    compare: "Old and new side by side",
    old: "Before",
    now: "This one",
    newer: "After",
    sameKey: "The key was kept.",
    newKey: "A new key.",
    unchanged: "unchanged",
  },

  verify: {
    title: "Does it fit?",
    lead: "A private key, a signing request, a CA or a chain: paste or drop it, and see whether it belongs to this certificate.",
    label: "Key, request, CA certificate or chain",
    keyNote: "A private key is compared in the program and forgotten; it is not kept or written anywhere.",
    check: "Compare",
    checking: "Comparing…",
    recognised: (what: string) => `It was read as ${what.replace(/^An? /, (article) => article.toLowerCase())}.`,
  },

  pkcs12: {
    title: "Export as PKCS#12",
    lead: "The file holds the certificate and its chain, for Java and Windows. It holds no private key.",
    save: "Save…",
    saving: "Saving…",
    cancel: "Cancel",
  },

  revokeDialog: {
    title: (name: string) => `Revoke ${name}'s certificate?`,
    titleAll: (name: string) => `Revoke all certificates of ${name}?`,
    stops: "Stops at once:",
    stopsToo: "Stops at once as well:",
    staysOn: "Does not stop:",
    renewing: "renewing it.",
    renewingAll: "renewing them.",
    calls: "every call, on connections that are open, too.",
    callsGoOn: (day: string) => `calls with it, until it expires on ${day}, unless you also remove the pairing.`,
    callsGoOnAll: "calls with them until each expires, unless you also remove the pairing.",
    others: (amount: number) =>
      amount === 1
        ? "another certificate of the same line, which stays valid."
        : `${count(amount)} other certificates of the same line, which stay valid.`,
    tokens: "access by client ID and secret, if it has that as well.",
    modeUnknown: "Whether calls stop as well depends on the revocation mode, which could not be read.",
    forGood: (others: number) =>
      others > 0 ? "This can't be undone." : "This can't be undone. The application has to be paired again.",
    reason: "Reason",
    note: "Note",
    optional: "optional",
    noteHint: "Only people with this window read it.",
    confirm: "Revoke",
    revoking: "Revoking…",
    cancel: "Cancel",
    done: (name: string) => `The certificate of ${name} was revoked.`,
    doneAll: (amount: number, name: string) => `${plural(amount, "certificate", "certificates")} of ${name} revoked.`,
  },
} as const;
