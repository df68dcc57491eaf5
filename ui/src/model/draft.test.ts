import { expect, it } from "vitest";
import { emptyDraft, faultsOf } from "./draft.ts";

it("needs a name and nothing else", () => {
  expect(faultsOf(emptyDraft())).toEqual({ name: "empty" });
  expect(faultsOf({ ...emptyDraft(), name: "   " })).toEqual({ name: "empty" });
  expect(faultsOf({ ...emptyDraft(), name: "shop" })).toEqual({});
});

it("names each field that breaks a rule", () => {
  const draft = {
    name: "n".repeat(101),
    providerName: "p".repeat(257),
    description: "d".repeat(2001),
    baseUrl: "shop.example.com",
    healthCheckUrl: `https://${"h".repeat(260)}`,
  };
  expect(faultsOf(draft)).toEqual({
    name: "too_long",
    providerName: { longerThan: 256 },
    description: { longerThan: 2000 },
    baseUrl: "not_an_address",
    healthCheckUrl: { longerThan: 256 },
  });
});
