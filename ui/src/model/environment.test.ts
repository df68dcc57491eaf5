import { describe, expect, it } from "vitest";
import type { EnvironmentDefinition } from "../backend/types.ts";
import { certificatesIn, emptyDefinition, faultsOf, lastCertificate, methodOf } from "./environment.ts";

const good = (more: Partial<EnvironmentDefinition> = {}): EnvironmentDefinition => ({
  ...emptyDefinition("https://compass-gateway.example.com/director/graphql"),
  name: "Test",
  signIn: { kind: "token" },
  ...more,
});

describe("what stands in the way of saving", () => {
  it("is nothing for a good one", () => expect(faultsOf(good())).toEqual({}));

  it("is a missing name, an address without https, a long badge", () => {
    expect(faultsOf(good({ name: " ", directorUrl: "http://x.example.com", badge: "PRODUCTION-EU-10" }))).toEqual({
      name: "needed",
      directorUrl: "address",
      badge: "too_long",
    });
    expect(faultsOf(good({ directorUrl: " " }))).toEqual({ directorUrl: "needed" });
  });

  it("depends on the way to sign in", () => {
    expect(faultsOf(good({ signIn: methodOf("oidc") }))).toEqual({ clientId: "needed", issuer: "needed" });
    const service = { kind: "client_credentials", tokenUrl: "x", clientId: "c", scopes: [] } as const;
    expect(faultsOf(good({ signIn: { ...service, scopes: [] } }))).toEqual({ tokenUrl: "address" });
    const local = {
      ...methodOf("oidc"),
      issuer: "http://localhost:9000",
      clientId: "c",
    } as EnvironmentDefinition["signIn"];
    expect(faultsOf(good({ signIn: local }))).toEqual({});
    expect(faultsOf(good({ signIn: { kind: "client_certificate" } }))).toEqual({
      certificateSecuredDirectorUrl: "needed",
    });
  });

  it("is a header that is none, or that the program sets itself", () => {
    const headers = ["client_user", "a b", "Authorization", "content-type", "x-ok"].map((name) => ({
      name,
      value: "1",
    }));
    expect(faultsOf(good({ headers }))).toEqual({
      "header-1": "not_a_header",
      "header-2": "reserved_header",
      "header-3": "reserved_header",
    });
  });

  it("is a name or a badge that is too long", () => {
    expect(faultsOf(good({ name: ` ${"n".repeat(60)} `, badge: "B".repeat(12) }))).toEqual({});
    expect(faultsOf(good({ name: "n".repeat(61), badge: "B".repeat(13) }))).toEqual({
      name: "long_name",
      badge: "too_long",
    });
  });

  it("is a rate or a port out of bounds", () => {
    expect(faultsOf(good({ requestsPerSecond: 0 }))).toEqual({ rate: "rate" });
    expect(faultsOf(good({ requestsPerSecond: Number.NaN }))).toEqual({ rate: "rate" });
    const signIn = { ...methodOf("oidc"), issuer: "https://a.example.com", clientId: "c", redirectPort: 70_000 };
    expect(faultsOf(good({ signIn: signIn as EnvironmentDefinition["signIn"] }))).toEqual({ redirectPort: "port" });
  });
});

it("takes what is known along when the way to sign in changes", () => {
  const before = { kind: "client_credentials", tokenUrl: "https://t", clientId: "c", scopes: ["a"] } as const;
  expect(methodOf("oidc", { ...before, scopes: ["a"] })).toMatchObject({ issuer: "", clientId: "c", scopes: ["a"] });
  expect(methodOf("token")).toEqual({ kind: "token" });
});

it("finds the last certificate of a chain", () => {
  const one = "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----";
  const two = one.replace("\nA\n", "\nB\n");
  expect(lastCertificate(`${one}\n${two}\n`)).toBe(`${two}\n`);
  expect(lastCertificate("nothing")).toBeNull();
  expect(certificatesIn(`${one}\n${two}`)).toBe(2);
});
