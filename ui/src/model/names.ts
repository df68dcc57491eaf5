/** The longest application name, in characters; mirrors `pairing::MAX_NAME`. */
export const MAX_NAME = 100;

export type NameFault = "empty" | "too_long";

/** The rule the Director enforces: 1 to 100 characters, any characters. */
export function nameFault(name: string): NameFault | null {
  const length = nameLength(name);
  if (length === 0) return "empty";
  return length > MAX_NAME ? "too_long" : null;
}

/** Characters as the Director counts them: code points, not UTF-16 units. */
export function nameLength(name: string): number {
  let count = 0;
  for (const _ of name) count += 1;
  return count;
}

/**
 * The form in which the Director compares names and keeps them in the label `name`; mirrors `pairing::normalize`.
 * A name that is already in that form stays as it is.
 */
export function normalizeName(name: string): string {
  const lower = name.toLowerCase();
  const prefixed = name.startsWith("mp-") && isNormal(name) ? name : `mp-${lower}`;
  return prefixed
    .replace(/[^a-z0-9]/gu, "-")
    .replace(/-+/g, "-")
    .replace(/-$/, "");
}

function isNormal(name: string): boolean {
  return /^[a-z0-9-]+$/.test(name) && !name.includes("--") && !name.endsWith("-");
}

/** A name inside a sentence: whatever direction it is written in, it does not turn the words around it. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
