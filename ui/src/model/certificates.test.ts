import { describe, expect, it } from "vitest";
import type { CertificateRow } from "../backend/types.ts";
import { certificate } from "./certificates.sample.ts";
import {
  colons,
  commonNameOf,
  differences,
  isCurrent,
  lines,
  nextRow,
  ownerTitle,
  type Standing,
  shortPrint,
  standingOf,
} from "./certificates.ts";

describe("how a certificate stands", () => {
  it.each<[Standing, Partial<CertificateRow>]>([
    ["valid", {}],
    ["expires_soon", { expiresSoon: true }],
    ["not_yet_valid", { state: "not_yet_valid" }],
    ["expired", { state: "expired", pairingRemoved: true }],
    ["revoked", { state: "revoked", pairingRemoved: true }],
    ["removed", { pairingRemoved: true, expiresSoon: true }],
  ])("%s", (standing, more) => {
    expect(standingOf(certificate("a", more))).toBe(standing);
  });

  it("decides whether it is let in", () => {
    expect(isCurrent(certificate("a", { expiresSoon: true }))).toBe(true);
    expect(isCurrent(certificate("a", { pairingRemoved: true }))).toBe(false);
    expect(isCurrent(certificate("a", { state: "expired" }))).toBe(false);
  });
});

describe("headings", () => {
  const rows = [
    certificate("a"),
    certificate("b"),
    certificate("c", { ownerId: "app-2", issuer: "ca2" }),
    certificate("d", { ownerKind: "runtime", ownerId: "app-2", issuer: "ca2" }),
  ];
  const shape = (order: "expiry" | "owner" | "authority", more: boolean) =>
    lines(rows, order, more).map((line) =>
      line.kind === "row" ? line.row.fingerprint : `${line.rows}${line.open ? "+" : ""}`,
    );

  it("stand where the group changes, with its size", () => {
    expect(shape("owner", false)).toEqual(["2", "a", "b", "1", "c", "1", "d"]);
    expect(shape("authority", false)).toEqual(["2", "a", "b", "2", "c", "d"]);
  });

  it("leave open how long the last group is while there is more to load", () => {
    expect(shape("authority", true)).toEqual(["2", "a", "b", "2+", "c", "d"]);
  });

  it("are not there when the order is by date", () => {
    expect(shape("expiry", true)).toEqual(["a", "b", "c", "d"]);
    expect(lines([], "owner", false)).toEqual([]);
  });

  it("are jumped over by the keys", () => {
    const all = lines(rows, "owner", false);
    expect(nextRow(all, 0, -1)).toBe(1);
    expect(nextRow(all, 3, 2)).toBe(4);
    expect(nextRow(all, 3, 4)).toBe(2);
    expect(nextRow(all, 0, 1)).toBe(1);
    expect(nextRow([], 0, 0)).toBeNull();
  });
});

describe("names", () => {
  it("are the owner's, or the common name", () => {
    expect(ownerTitle(certificate("a"))).toBe("shop");
    expect(ownerTitle(certificate("a", { ownerName: null }))).toBe("auth-1");
  });

  it("come out of a subject, whatever stands in it", () => {
    expect(commonNameOf("O=Kyma,OU=Local,CN=Pairing Cockpit CA")).toBe("Pairing Cockpit CA");
    expect(commonNameOf("CN=a\\,b,O=Kyma")).toBe("a,b");
    expect(commonNameOf("O=CN is not it")).toBe("O=CN is not it");
  });

  it("of fingerprints are what other programs show", () => {
    expect(colons("9c0abe51")).toBe("9C:0A:BE:51");
    expect(shortPrint("9c0abe5177")).toBe("9C:0A:BE:51");
  });
});

it("puts old and new side by side", () => {
  const found = differences(certificate("a", { key: "RSA 2048" }), certificate("b", { serial: "0b" }));
  expect(found.filter(({ old, now }) => old !== now).map(({ what }) => what)).toEqual(["key", "serial", "fingerprint"]);
});
