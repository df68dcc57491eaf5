import type { OAuthClientRow, OAuthSecretRow } from "../backend/types.ts";

/** How a client stands, the most urgent first: what a person has to know before anything else. */
export type ClientState = "disabled" | "no_secret" | "failing" | "overlap" | "active";

/** A row with what searching needs, computed once when the row arrives. */
export type ClientEntry = {
  readonly row: OAuthClientRow;
  readonly haystack: string;
  readonly state: ClientState;
};

/** One wrong paste is no news; this many in a row are. */
export const FAILING_FROM = 3;
/** Mirrors the registry: a sixth secret is refused. */
export const MAX_SECRETS = 5;

export function stateOf(row: OAuthClientRow): ClientState {
  if (row.disabledAt !== null) return "disabled";
  if (row.secrets.length === 0) return "no_secret";
  if (row.failuresSinceUse >= FAILING_FROM) return "failing";
  return row.secrets.length > 1 ? "overlap" : "active";
}

export function toClientEntry(row: OAuthClientRow): ClientEntry {
  const words = [row.clientId, row.name, row.ownerName, row.ownerId, row.lastUsedFrom, ...row.scopes];
  return { row, haystack: words.filter(Boolean).join("\n").toLowerCase(), state: stateOf(row) };
}

/** What people call it: its owner, else its own name, else its id. */
export function clientName({ ownerName, name, clientId }: OAuthClientRow): string {
  return ownerName || name || clientId;
}

/** What has to be typed before it is deleted: the program checks the same. */
export function confirmationOf({ ownerName, clientId }: OAuthClientRow): string {
  return ownerName || clientId;
}

/** Newest first; equally old ones by id, so that nothing jumps. */
export function byCreation(a: ClientEntry, b: ClientEntry): number {
  const order = Date.parse(b.row.createdAt) - Date.parse(a.row.createdAt);
  return order || (a.row.clientId < b.row.clientId ? -1 : Number(a.row.clientId > b.row.clientId));
}

/** The secret that was used last, whoever it was: what a rotation may break. */
export function lastUsedSecret(secrets: readonly OAuthSecretRow[]): OAuthSecretRow | null {
  let last: OAuthSecretRow | null = null;
  for (const secret of secrets) {
    if (secret.lastUsedAt && (!last?.lastUsedAt || Date.parse(secret.lastUsedAt) > Date.parse(last.lastUsedAt))) {
      last = secret;
    }
  }
  return last;
}

/** `3f2504e0…` for a table; short enough ones stay whole. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}

export type SecretWay = "basic" | "post";
const METHODS: Record<SecretWay, string> = { basic: "client_secret_basic", post: "client_secret_post" };

/** How the client may send its secret. */
export function secretWays(authMethods: readonly string[]): SecretWay[] {
  return (["basic", "post"] as const).filter((way) => authMethods.includes(METHODS[way]));
}
