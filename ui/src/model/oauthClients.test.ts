import { describe, expect, it } from "vitest";
import type { OAuthClientRow, OAuthSecretRow } from "../backend/types.ts";
import {
  byCreation,
  clientName,
  confirmationOf,
  lastUsedSecret,
  secretWays,
  shortId,
  stateOf,
  toClientEntry,
} from "./oauthClients.ts";
import { search } from "./rows.ts";

const at = "2026-01-01T00:00:00Z";

function secret(id: string, lastUsedAt: string | null = null): OAuthSecretRow {
  return { id, createdAt: at, retiresAt: null, lastUsedAt, lastUsedFrom: null };
}

function client(more: Partial<OAuthClientRow> = {}): OAuthClientRow {
  return {
    clientId: "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    name: "",
    ownerKind: "application",
    ownerId: "app-1",
    ownerName: "Shop",
    authMethods: ["client_secret_basic", "client_secret_post"],
    scopes: ["application:read"],
    audience: [],
    createdAt: at,
    rotatedAt: null,
    disabledAt: null,
    lastUsedAt: null,
    lastUsedFrom: null,
    uses: 0,
    failures: 0,
    failuresSinceUse: 0,
    lastFailedAt: null,
    lastFailedFrom: null,
    tokenLifetimeSeconds: 3600,
    secrets: [secret("a")],
    ...more,
  };
}

describe("the state of a client", () => {
  it.each<[string, Partial<OAuthClientRow>]>([
    ["active", {}],
    ["active", { failures: 40, failuresSinceUse: 2 }],
    ["overlap", { secrets: [secret("b"), secret("a")] }],
    ["failing", { failuresSinceUse: 3, secrets: [secret("b"), secret("a")] }],
    ["no_secret", { secrets: [] }],
    ["disabled", { disabledAt: at, failuresSinceUse: 9, secrets: [] }],
  ])("%s", (state, row) => {
    expect(stateOf(client(row))).toBe(state);
  });
});

describe("names", () => {
  it("are the owner's, the client's own, or the id", () => {
    expect(clientName(client())).toBe("Shop");
    expect(clientName(client({ ownerName: null, name: "reporting" }))).toBe("reporting");
    expect(clientName(client({ ownerName: null }))).toBe(client().clientId);
  });

  it("confirm a deletion the way the program wants it", () => {
    expect(confirmationOf(client())).toBe("Shop");
    expect(confirmationOf(client({ ownerName: null, name: "reporting" }))).toBe(client().clientId);
  });

  it("are shortened only when they are long", () => {
    expect(shortId("3f2504e0-4f89-11d3-9a0c-0305e82c3301")).toBe("3f2504e0…");
    expect(shortId("reporting")).toBe("reporting");
  });
});

it("finds by owner, id, scope and address", () => {
  const entries = [client(), client({ clientId: "other", ownerName: "CRM", lastUsedFrom: "10.0.0.7" })].map(
    toClientEntry,
  );
  const found = (query: string) => search(entries, query).map(({ row }) => row.clientId);
  expect(found("shop")).toEqual([client().clientId]);
  expect(found("10.0.0.7")).toEqual(["other"]);
  expect(found("application:read crm")).toEqual(["other"]);
});

it("lists the newest first, and never lets equals change places", () => {
  const entries = [
    client({ clientId: "b" }),
    client({ clientId: "new", createdAt: "2026-02-01T00:00:00Z" }),
    client({ clientId: "a" }),
  ].map(toClientEntry);
  expect(entries.sort(byCreation).map(({ row }) => row.clientId)).toEqual(["new", "a", "b"]);
});

it("knows which secret was used last", () => {
  expect(lastUsedSecret([secret("a"), secret("b")])).toBeNull();
  const used = [secret("a", "2026-01-02T00:00:00Z"), secret("b", "2026-01-03T00:00:00Z"), secret("c")];
  expect(lastUsedSecret(used)?.id).toBe("b");
});

it("knows which ways of sending the secret are accepted", () => {
  expect(secretWays(["client_secret_post", "client_secret_basic"])).toEqual(["basic", "post"]);
  expect(secretWays(["client_secret_post"])).toEqual(["post"]);
  expect(secretWays(["none"])).toEqual([]);
});
