/** One line of the table in which a decoded token is read. */
export type ClaimLine = {
  name: string;
  value: string;
  /** The same as a moment, when the claim is one. */
  at: number | null;
  meaning: ClaimKey | null;
};

/** The members of a token that can be explained: RFC 7519, RFC 9068, RFC 7515. */
export const CLAIMS = [
  "iss",
  "sub",
  "aud",
  "client_id",
  "scope",
  "iat",
  "nbf",
  "exp",
  "jti",
  "cnf",
  "epoch",
  "typ",
  "alg",
  "kid",
] as const;
export type ClaimKey = (typeof CLAIMS)[number];

const MOMENTS = new Set(["iat", "nbf", "exp", "auth_time"]);

/** All members: those with a meaning first, in the order in which one reads a letter, then the rest as they came. */
export function claimLines(members: Record<string, unknown>): ClaimLine[] {
  const names = Object.keys(members);
  const known = CLAIMS.filter((name) => Object.hasOwn(members, name));
  return [...known, ...names.filter((name) => !isKnown(name))].map((name) => {
    const value = members[name];
    return {
      name,
      value: textOf(value),
      at: MOMENTS.has(name) && typeof value === "number" && Number.isFinite(value) ? value * 1000 : null,
      meaning: isKnown(name) ? name : null,
    };
  });
}

function isKnown(name: string): name is ClaimKey {
  return (CLAIMS as readonly string[]).includes(name);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(", ");
  return JSON.stringify(value) ?? "";
}
