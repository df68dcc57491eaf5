import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AppState, Environment, PairingReceipt, TenantRow } from "../backend/types.ts";

const environment = (over: Partial<Environment> = {}) =>
  ({
    id: "a",
    kind: "remote",
    name: "EnvA",
    badge: "",
    colour: "blue",
    guard: "confirm",
    tenant: "t",
    tenantName: "T",
    directorUrl: "https://one/",
    signIn: { stage: "signed_in" },
    reach: { stage: "reached" },
    ...over,
  }) as Environment;

const state = (view: number, over: Partial<Environment> = {}) =>
  ({
    view,
    environment: environment(over),
    settings: { theme: "system", clipboardSeconds: 60, notifyDays: [] },
    server: { state: "ready" },
    serverNow: "2026-11-21T18:00:00Z",
  }) as unknown as AppState;

/** What the program answers, by the name of the call. */
let answers: Record<string, (input: { text?: string }) => unknown> = {};

async function modules() {
  const [{ behind, call }, { cockpit }, { guard }, { notices }, { openPairings }, { TenantSearch }] = await Promise.all(
    [
      import("../backend/index.ts"),
      import("./cockpit.svelte.ts"),
      import("./guard.svelte.ts"),
      import("./notices.svelte.ts"),
      import("./openPairings.svelte.ts"),
      import("./tenants.svelte.ts"),
    ],
  );
  return { behind, call, cockpit, guard, notices, openPairings, TenantSearch };
}

beforeEach(() => {
  vi.resetModules();
  answers = {};
  // The little of a window that these parts ask for.
  vi.stubGlobal("window", {});
  vi.stubGlobal("document", { hidden: false, documentElement: { dataset: {} } });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("fetch", async (path: string, { body }: { body: string }) => {
    const answer = await answers[path.replace("/call/", "")]?.(JSON.parse(body).input ?? {});
    return new Response(JSON.stringify(answer ?? null), { headers: { "content-type": "application/json" } });
  });
});
afterEach(() => vi.unstubAllGlobals());

it("shows other rows at another address of the same environment", async () => {
  const { cockpit } = await modules();
  cockpit.take(state(1));
  const before = cockpit.scope;
  cockpit.take(state(1));
  expect(cockpit.scope).toBe(before);
  cockpit.take(state(2, { directorUrl: "https://two/" }));
  expect(cockpit.scope).not.toBe(before);
});

it("knows its own server in teal until another colour is chosen", async () => {
  const { cockpit } = await modules();
  const colours = (["grey", "red"] as const).map((colour) => {
    cockpit.take(state(1, { kind: "local", colour }));
    return cockpit.environment?.colour;
  });
  cockpit.take(state(1, { colour: "grey" }));
  expect([...colours, cockpit.environment?.colour]).toEqual(["teal", "red", "grey"]);
});

it("takes a question back when another environment is in force, and says so", async () => {
  const { cockpit, guard, notices } = await modules();
  cockpit.take(state(1));
  const said = guard.ask("create_formation", { name: "f", templateName: null }, cockpit.environment);
  cockpit.take(state(1, { tenantName: "renamed" }));
  expect(guard.asked).not.toBeNull();
  cockpit.take(state(2, { id: "b", name: "EnvB", guard: "none" }));
  expect(await said).toBeNull();
  expect(guard.asked).toBeNull();
  expect(notices.current?.text).toBe("Nothing was done in EnvA: EnvB is shown now.");
});

it("keeps rows that were asked for before out of what is shown since", async () => {
  const { behind, call, cockpit } = await modules();
  behind({ view: () => cockpit.view, changed: () => undefined, confirm: async () => null });
  cockpit.take(state(1));
  answers["get_application"] = () => {
    cockpit.take(state(2));
    return { row: {} };
  };
  await expect(call("get_application", { id: "x" })).rejects.toMatchObject({ code: "view_changed" });
});

it("waits with Enter for the tenants that were typed", async () => {
  const { TenantSearch } = await modules();
  const row = (name: string) => ({ id: name, name }) as TenantRow;
  const all = [row("west"), row("nord")];
  answers["search_tenants"] = ({ text = "" }) => {
    const tenants = all.filter(({ name }) => name.includes(text));
    return { tenants, totalCount: tenants.length, hasNextPage: false, endCursor: null };
  };
  const search = new TenantSearch();
  await search.ask();
  search.type("nord");
  const first = search.settle();
  expect([search.rows[0]?.name, await first, search.rows[0]?.name]).toEqual(["west", true, "nord"]);
  expect(search.settle()).toBeNull();
  search.type("we");
  const second = search.settle();
  search.type("no");
  expect(await second).toBe(false);
  search.stop();
});

it("remembers what waits in other environments and tenants", async () => {
  const { cockpit, openPairings } = await modules();
  cockpit.take(state(1));
  const receipt = (pairingId: string, environment: string, tenant: string, over: Partial<PairingReceipt> = {}) =>
    ({ pairingId, environment, tenant, handedOver: false, expiresAt: null, ...over }) as PairingReceipt;
  openPairings.all = [
    receipt("here", "EnvA", "t"),
    receipt("tenant", "EnvA", "u"),
    receipt("secret", "EnvB", "t"),
    receipt("given", "EnvB", "t", { handedOver: true }),
    receipt("over", "EnvB", "t", { expiresAt: "2020-01-01T00:00:00Z" }),
  ];
  expect(openPairings.elsewhere.map(({ pairingId }) => pairingId)).toEqual(["tenant", "secret"]);
  expect(openPairings.live.map(({ pairingId }) => pairingId)).toEqual(["here"]);
});

it("says that a write was confirmed in vain", async () => {
  const { behind, call } = await modules();
  const changed = vi.fn();
  behind({ view: () => 1, changed, confirm: async () => "EnvA" });
  const codes = ["confirmation_needed", "view_changed"];
  vi.stubGlobal("fetch", async () => {
    const error = { code: codes.shift(), message: "", correlationId: "" };
    return new Response(JSON.stringify(error), { status: 409 });
  });
  await expect(call("create_formation", { name: "f", templateName: null })).rejects.toMatchObject({
    code: "view_changed",
  });
  expect(changed.mock.calls).toEqual([[true]]);
});
