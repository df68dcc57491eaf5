import { describe, expect, it } from "vitest";
import { fromFragment, isWebAddress, type Place, portOf, toFragment } from "./address.ts";

describe("places", () => {
  const places: Place[] = [
    { page: "applications" },
    { page: "application", id: "a b/ä" },
    { page: "pair", id: "1" },
    { page: "oauth-clients" },
    { page: "oauth-client", id: "50% of/ä" },
    { page: "certificates" },
    { page: "certificate", id: "9c0abe51" },
    { page: "request", id: "" },
    { page: "request", id: "app/1" },
    { page: "authority" },
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
  });
});
