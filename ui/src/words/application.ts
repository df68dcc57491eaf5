import type { AuthKind } from "../backend/types.ts";
import { clockFace } from "../model/countdown.ts";

/** The sentences of an application's page. */
const authKinds: Record<AuthKind, string> = {
  token: "One-time token",
  certificate: "Client certificate",
  credentials: "Client ID and client secret",
  unknown: "Entry without a readable credential",
};

export const applicationWords = {
  authKinds,
  pair: "Pair…",
  continue: "Continue pairing…",
  edit: "Edit",
  remove: "Delete",
  facts: "Facts",
  id: "ID",
  idCopied: "ID",
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
  unreadable: "Credentials could not be read: your sign-in lacks",
  unreadableScope: "application.auths:read",
  unreadableRest: "Pairing still works; live progress will not.",
  entry: {
    unused: (seconds: number) => `Not used yet, expires in ${clockFace(seconds)}`,
    expired: (at: string) => `Expired ${at}`,
    used: (at: string | null) => (at === null ? "Used" : `Used ${at}`),
    working: "In use",
    issued: (at: string) => `Issued ${at}`,
    connectedNoDetail: "The Director does not say what was issued here.",
  },
} as const;
