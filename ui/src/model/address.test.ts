import { describe, expect, it } from "vitest";
import {
  afterSwitch,
  fromFragment,
  hostOf,
  isWebAddress,
  needsConsole,
  type Place,
  portOf,
  toFragment,
} from "./address.ts";

describe("places", () => {
  const places: Place[] = [
    { page: "applications" },
    { page: "application", id: "a b/ä" },
    { page: "pair", id: "1" },
    { page: "pair", id: "a/1", kind: "runtime" },
    { page: "pair", id: "1", kind: "integration_system" },
    { page: "runtimes" },
    { page: "runtime", id: "ä/1" },
    { page: "integration-systems" },
    { page: "integration-system", id: "1" },
    { page: "formations" },
    { page: "waves" },
    { page: "oauth-clients" },
    { page: "oauth-client", id: "50% of/ä" },
    { page: "certificates" },
    { page: "certificate", id: "9c0abe51" },
    { page: "request", id: "" },
    { page: "request", id: "app/1" },
    { page: "authority" },
    { page: "environments" },
    { page: "environment", id: "new" },
    { page: "settings" },
  ];
  it.each(places)("survive the fragment: %o", (place) => {
    expect(fromFragment(toFragment(place))).toEqual(place);
  });

  it("lead to the list when unknown or damaged", () => {
    for (const fragment of ["", "#", "#/nowhere", "#/applications/%E0%A4%A"]) {
      expect(fromFragment(fragment)).toEqual({ page: "applications" });
    }
  });
});

describe("another environment or tenant", () => {
  it.each<[Place, Place]>([
    [{ page: "applications" }, { page: "applications" }],
    [{ page: "application", id: "1" }, { page: "applications" }],
    [{ page: "pair", id: "1" }, { page: "applications" }],
    [{ page: "pair", id: "1", kind: "runtime" }, { page: "runtimes" }],
    [{ page: "pair", id: "1", kind: "integration_system" }, { page: "integration-systems" }],
    [{ page: "runtime", id: "1" }, { page: "runtimes" }],
    [{ page: "integration-system", id: "1" }, { page: "integration-systems" }],
    [{ page: "oauth-client", id: "1" }, { page: "oauth-clients" }],
    [{ page: "certificate", id: "1" }, { page: "certificates" }],
    [{ page: "request", id: "1" }, { page: "certificates" }],
    [
      { page: "environment", id: "1" },
      { page: "environment", id: "1" },
    ],
    [{ page: "settings" }, { page: "settings" }],
  ])("leads from what has an id to its list: %o", (before, after) => {
    expect(afterSwitch(before, true)).toEqual(after);
    expect(afterSwitch(before, false)).toEqual(needsConsole(before) ? { page: "applications" } : after);
  });
});

describe("addresses", () => {
  it.each([
    ["https://shop.example.com", true],
    ["http://localhost:8080/x", true],
    ["shop.example.com", false],
    ["https://", false],
    ["javascript:alert(1)", false],
  ])("%s: %s", (text, valid) => {
    expect(isWebAddress(text)).toBe(valid);
  });

  it("have a port, written or not", () => {
    expect(portOf("https://localhost:8443/director")).toBe(":8443");
    expect(portOf("https://example.com/")).toBe(":443");
    expect(portOf("nonsense")).toBe("");
    expect(hostOf("https://gateway.example.com:8443/director")).toBe("gateway.example.com:8443");
    expect(hostOf("nonsense")).toBe("nonsense");
  });
});
