import type { CertificateOrder, CertificateRow } from "../backend/types.ts";

/** How a certificate stands, the most urgent first: what a person has to know before anything else. */
export type Standing =
  | "revoked"
  | "removed"
  | "expired"
  | "authority_ended"
  | "not_yet_valid"
  | "expires_soon"
  | "valid";

export function standingOf(row: CertificateRow): Standing {
  if (row.state === "revoked") return "revoked";
  if (row.state === "expired" || row.state === "authority_ended") return row.state;
  // Nothing accepts it any more, though it has neither expired nor been revoked.
  if (row.pairingRemoved) return "removed";
  if (row.state === "not_yet_valid") return "not_yet_valid";
  return row.expiresSoon ? "expires_soon" : "valid";
}

/** Whether a call with it would be let in, as far as it depends on the certificate. */
export function isCurrent(row: CertificateRow): boolean {
  const standing = standingOf(row);
  return standing === "valid" || standing === "expires_soon" || standing === "not_yet_valid";
}

/** Whose it is, as people say it. */
export function ownerTitle({ ownerName, commonName }: Pick<CertificateRow, "ownerName" | "commonName">): string {
  return ownerName || commonName;
}

/** What has to be typed before it is revoked: the program checks the same. */
export const confirmationOf = ownerTitle;

/** The common name of `O=…,OU=…,CN=…`; the whole subject when it has none. */
export function commonNameOf(subject: string): string {
  const found = /(?:^|,)\s*CN=((?:\\.|[^,\\])*)/i.exec(subject)?.[1];
  return found ? found.replace(/\\(.)/g, "$1") : subject;
}

/** A line of the table: a certificate, or the heading of those that follow. */
export type Line =
  | { kind: "row"; row: CertificateRow; index: number }
  | { kind: "heading"; key: string; first: CertificateRow; rows: number; open: boolean };

/**
 * The rows with headings between them, as the order asks for. The rows come sorted, page by page; `more` says that the
 * last group may go on.
 */
export function lines(rows: readonly CertificateRow[], order: CertificateOrder, more: boolean): Line[] {
  const key = groupKey(order);
  const found: Line[] = [];
  let heading: Extract<Line, { kind: "heading" }> | null = null;
  rows.forEach((row, index) => {
    const group = key?.(row);
    if (group !== undefined && heading?.key !== group) {
      heading = { kind: "heading", key: group, first: row, rows: 0, open: false };
      found.push(heading);
    }
    if (heading) heading.rows += 1;
    found.push({ kind: "row", row, index });
  });
  if (heading && more) (heading as Extract<Line, { kind: "heading" }>).open = true;
  return found;
}

function groupKey(order: CertificateOrder): ((row: CertificateRow) => string) | null {
  if (order === "owner") return (row) => `${row.ownerKind}/${row.ownerId}`;
  return order === "authority" ? (row) => row.issuer : null;
}

/** Where a moving key leads when headings cannot be chosen: the next certificate in the direction of the move. */
export function nextRow(all: readonly Line[], target: number, from: number): number | null {
  const step = target < from ? -1 : 1;
  for (const direction of [step, -step]) {
    for (let at = target; at >= 0 && at < all.length; at += direction) if (all[at]?.kind === "row") return at;
  }
  return null;
}

/** `3f:25:04…` of a fingerprint: enough to tell two apart in a table. */
export function shortPrint(fingerprint: string): string {
  return (fingerprint.slice(0, 8).match(/../g) ?? []).join(":").toUpperCase();
}

/** A fingerprint as other programs show it. */
export function colons(hex: string): string {
  return (hex.match(/../g) ?? [hex]).join(":").toUpperCase();
}

/** What differs between a certificate and the one it replaced. */
export type Difference = {
  what: "serial" | "fingerprint" | "issued" | "from" | "until" | "key" | "wire";
  old: string;
  now: string;
};

export function differences(old: CertificateRow, now: CertificateRow): Difference[] {
  const key = (row: CertificateRow) => row.key;
  return [
    { what: "issued", old: old.issuedAt, now: now.issuedAt },
    { what: "from", old: old.notBefore, now: now.notBefore },
    { what: "until", old: old.notAfter, now: now.notAfter },
    { what: "key", old: key(old), now: key(now) },
    { what: "wire", old: old.wire, now: now.wire },
    { what: "serial", old: old.serial, now: now.serial },
    { what: "fingerprint", old: old.fingerprint, now: now.fingerprint },
  ];
}
