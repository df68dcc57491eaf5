import type { ApplicationKyma } from "../backend/types.ts";

/** The newest event of an application at a runtime. */
export type LastEvent = { seq: number; at: string };
/**
 * What was done to a runtime, to see whether the application follows, and what was known right before. Times alone do
 * not tell: they have whole seconds.
 */
export type Change = {
  what: "move" | "expire";
  since: string;
  before: { polls: number; fingerprint: string | null; event: number };
};
/** How far it has followed, and when that was. */
export type Adaptation = { what: Change["what"]; state: "waiting" | "told" | "adapted"; at: string };

export function knownBefore(kyma: ApplicationKyma | null, runtime: string, event: LastEvent | null): Change["before"] {
  const certificate = kyma?.runtimes.find(({ name }) => name === runtime)?.certificate;
  return {
    polls: kyma?.heartbeat.polls ?? 0,
    fingerprint: certificate?.fingerprint ?? null,
    event: event?.seq ?? 0,
  };
}

/** A poll tells the application; an event, or a certificate, shows that it has listened. */
export function adaptation(
  { what, since, before }: Change,
  kyma: ApplicationKyma,
  runtime: string,
  event: LastEvent | null,
): Adaptation {
  const { heartbeat, runtimes } = kyma;
  const certificate = runtimes.find(({ name }) => name === runtime)?.certificate;
  if (what === "move" && event && event.seq > before.event) return { what, state: "adapted", at: event.at };
  if (what === "expire" && certificate?.state === "valid" && certificate.fingerprint !== before.fingerprint) {
    return { what, state: "adapted", at: certificate.issuedAt };
  }
  // Old polls leave the count after a week; then the time says it.
  const later = heartbeat.lastSeenAt !== null && Date.parse(heartbeat.lastSeenAt) > Date.parse(since);
  if (heartbeat.lastSeenAt !== null && (heartbeat.polls > before.polls || later)) {
    return { what, state: "told", at: heartbeat.lastSeenAt };
  }
  return { what, state: "waiting", at: since };
}

export type SecondStage = "waiting" | "arrived" | "expired" | "used" | "paired" | "events";

/** How far an application is with a runtime since a pairing was asked for; older certificates do not count. */
export function secondStage(
  { token, certificate }: ApplicationKyma["runtimes"][number],
  since: string | null,
  now: number,
): SecondStage {
  const fresh = (at: string) => since === null || Date.parse(at) >= Date.parse(since);
  if (certificate && certificate.state === "valid" && fresh(certificate.issuedAt)) {
    return certificate.lastSeenAt === null ? "paired" : "events";
  }
  if (!token || !fresh(token.issuedAt)) return "waiting";
  if (token.usedAt !== null) return "used";
  return Date.parse(token.expiresAt) <= now ? "expired" : "arrived";
}
