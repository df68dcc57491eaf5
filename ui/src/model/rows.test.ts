import { describe, expect, it } from "vitest";
import type { ApplicationRow } from "../backend/types.ts";
import { mergeOrdered, moveTo, orderBy, search, toEntry } from "./rows.ts";

function row(name: string, more: Partial<ApplicationRow> = {}): ApplicationRow {
  const at = "2026-01-01T00:00:00Z";
  return {
    id: `id-${name}`,
    name,
    condition: "INITIAL",
    statusAt: at,
    providerName: null,
    description: null,
    baseUrl: null,
    createdAt: at,
    updatedAt: at,
    integrationSystemId: null,
    labelText: "",
    ...more,
  };
}
const names = (entries: readonly { row: ApplicationRow }[]) => entries.map((entry) => entry.row.name);

describe("search", () => {
  const entries = [
    row("Shop Europe", { providerName: "Acme" }),
    row("crm", { description: "customers of Europe", labelText: "region emea-north" }),
    row("billing", { baseUrl: "https://Billing.example.com/v2" }),
  ].map(toEntry);

  it("looks into name, id, provider, description, URL and labels, whatever the case", () => {
    expect(names(search(entries, "Emea-North"))).toEqual(["crm"]);
    expect(names(search(entries, "EUROPE"))).toEqual(["Shop Europe", "crm"]);
    expect(names(search(entries, "acme"))).toEqual(["Shop Europe"]);
    expect(names(search(entries, "example.com/V2"))).toEqual(["billing"]);
    expect(names(search(entries, "id-crm"))).toEqual(["crm"]);
  });

  it("wants every word, in any order", () => {
    expect(names(search(entries, " europe  shop "))).toEqual(["Shop Europe"]);
    expect(search(entries, "europe nothing")).toEqual([]);
  });

  it("gives everything for an empty query", () => {
    expect(search(entries, "   ")).toBe(entries);
  });

  it("does not match across two values", () => {
    const [entry] = [toEntry(row("one", { id: "two" }))];
    expect(search([entry as never], "onetwo")).toEqual([]);
  });
});

describe("order", () => {
  it("sorts names as people do", () => {
    const order = orderBy({ column: "name", descending: false });
    expect(names(["b", "app10", "App2", "a"].map((name) => toEntry(row(name))).sort(order))).toEqual([
      "a",
      "App2",
      "app10",
      "b",
    ]);
  });

  it("keeps rows without a value at the end, and is stable by name", () => {
    const order = orderBy({ column: "provider", descending: false });
    const entries = [row("z"), row("y", { providerName: "Zeta" }), row("x", { providerName: "Acme" }), row("a")];
    expect(names(entries.map(toEntry).sort(order))).toEqual(["x", "y", "a", "z"]);
  });

  it("merges pages into the same list that sorting everything gives", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed;
    };
    const order = orderBy({ column: "updated", descending: true });
    const all = Array.from({ length: 1000 }, (_, index) =>
      toEntry(row(`app ${random() % 50}`, { id: `id-${index}`, updatedAt: new Date(random()).toISOString() })),
    );
    let merged: typeof all = [];
    for (let from = 0; from < all.length; from += 200)
      merged = mergeOrdered(merged, all.slice(from, from + 200), order);
    expect(merged).toEqual([...all].sort(order));
  });
});

describe("moving through the rows", () => {
  it.each([
    ["ArrowDown", -1, 0],
    ["ArrowDown", 4, 4],
    ["ArrowUp", -1, 4],
    ["ArrowUp", 0, 0],
    ["PageDown", 1, 4],
    ["PageUp", 3, 0],
    ["Home", 3, 0],
    ["End", 1, 4],
  ])("%s from %i leads to %i", (key, from, to) => {
    expect(moveTo(key, from, 5, 10)).toBe(to);
  });

  it("goes nowhere without rows, and by no other key", () => {
    expect(moveTo("ArrowDown", -1, 0, 10)).toBeNull();
    expect(moveTo("x", 1, 5, 10)).toBeNull();
  });
});
