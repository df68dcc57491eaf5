import type { AuthKind, CertificateState } from "../backend/types.ts";
import { clockFace } from "../model/countdown.ts";
import { plural } from "../words.ts";

/** The sentences of an application's page. */
const authKinds: Record<AuthKind, string> = {
  token: "One-time token",
  certificate: "Client certificate",
  credentials: "Client ID and client secret",
  unknown: "Entry without a readable credential",
};

const certificates: Record<CertificateState, (until: string) => string> = {
  valid: (until) => `Valid until ${until}`,
  expired: (until) => `Expired on ${until}`,
  not_yet_valid: (until) => `Not valid yet, then until ${until}`,
  revoked: () => "Revoked",
  authority_ended: () => "Its authority has ended",
};

export const applicationWords = {
  authKinds,
  certificates,
  tabs: { overview: "Overview", metadata: "Metadata", events: "Events" },
  pair: "Pair…",
  pairAgain: "Pair again…",
  openCertificate: "Open certificate",
  checkRequest: "Check a signing request",
  revokeAll: "Revoke certificates…",
  orphans: {
    title: (amount: number) => plural(amount, "entry was left behind", "entries were left behind"),
    text: "No credential came of them, and their tokens can't be used any more. Removing them stops nothing.",
    unused: (ago: string) => `Never used, expired ${ago}`,
    used: "Used, but no credential came of it",
    nothing: "Nothing was issued",
    clean: "Clean up",
    cleaning: "Cleaning up…",
    done: (amount: number) => `${plural(amount, "entry", "entries")} removed.`,
  },
  continue: "Continue pairing…",
  edit: "Edit",
  remove: "Delete",
  facts: "Facts",
  id: "ID",
  idCopied: "ID",
  tenant: "Tenant",
  integrationSystem: "Integration system",
  provider: "Provider",
  description: "Description",
  url: "URL",
  healthCheckUrl: "Health check URL",
  eventingUrl: "Event URL",
  condition: "Condition",
  since: (at: string) => `since ${at}`,
  created: "Created",
  updated: "Updated",
  labels: "Labels",
  noLabels: "No labels.",
  entries: "Pairing entries",
  noEntries: "Nothing issued yet.",
  entry: {
    unused: (seconds: number) => `Not used yet, expires in ${clockFace(seconds)}`,
    expired: (at: string) => `Expired ${at}`,
    used: (at: string | null) => (at === null ? "Used" : `Used ${at}`),
    working: "In use",
    issued: (at: string) => `Issued ${at}`,
    connectedNoDetail: "The Director does not say what was issued here.",
  },
} as const;
