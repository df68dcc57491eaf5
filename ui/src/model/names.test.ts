import { describe, expect, it } from "vitest";
import { nameFault, normalizeName } from "./names.ts";

describe("the normalised name", () => {
  it.each([
    ["shop", "mp-shop"],
    ["Shop -- Europe!", "mp-shop-europe"],
    ["mp-application", "mp-application"],
    ["mp-UPPER", "mp-mp-upper"],
    ["mp-a--b", "mp-mp-a-b"],
    ["ä", "mp"],
    ["app@wordpress", "mp-app-wordpress"],
    ["app!wordpress", "mp-app-wordpress"],
    ["💙shop", "mp-shop"],
  ])("of %s is %s", (name, normal) => {
    expect(normalizeName(name)).toBe(normal);
  });
});

describe("the name rule", () => {
  it("counts characters, not UTF-16 units", () => {
    expect(nameFault("💙".repeat(100))).toBeNull();
    expect(nameFault("a".repeat(101))).toBe("too_long");
    expect(nameFault("")).toBe("empty");
  });
});
