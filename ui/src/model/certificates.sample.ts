import type { CertificateRow } from "../backend/types.ts";

const at = "2026-01-01T00:00:00Z";

/** A row for the tests. */
export function certificate(fingerprint: string, more: Partial<CertificateRow> = {}): CertificateRow {
  return {
    fingerprint,
    serial: "0a",
    issuer: "ca1",
    ownerKind: "application",
    ownerId: "app-1",
    ownerName: "shop",
    ownerGone: false,
    systemAuthId: "auth-1",
    pairingRemoved: false,
    commonName: "auth-1",
    subject: "O=Kyma,CN=auth-1",
    key: "RSA 4096",
    kind: "application",
    notBefore: at,
    notAfter: "2026-04-01T00:00:00Z",
    endsAt: "2026-04-01T00:00:00Z",
    issuedAt: at,
    wire: "GraphQL",
    generation: 0,
    lineage: fingerprint,
    parent: null,
    sameKeyAsParent: false,
    state: "valid",
    expiresSoon: false,
    lastSeenAt: null,
    lastSeenFrom: null,
    refusedAt: null,
    refusedWhy: null,
    refusedFrom: null,
    revokedAt: null,
    revokedBy: null,
    revokedReason: null,
    revokedNote: null,
    ...more,
  };
}
