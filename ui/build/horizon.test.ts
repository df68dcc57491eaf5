import { expect, it } from "vitest";
import { block, parseVariables, pick } from "./horizon.ts";

const css = `:root{--sapThemeMetaData:{"Path":"x"};--sapTextColor: #131e29;--sapContent_Shadow0: 0 0 .1rem 0 rgba(1,2,3,.2), 0 1px 2px red;}`;

it("reads plain values, and not the metadata", () => {
  const variables = parseVariables(css);
  expect(variables.get("--sapTextColor")).toBe("#131e29");
  expect(variables.get("--sapContent_Shadow0")).toContain("rgba(1,2,3,.2), 0 1px");
  expect(variables.has("--sapThemeMetaData")).toBe(false);
});

it("refuses a variable that Horizon does not have", () => {
  expect(() => pick(parseVariables(css), ["--sapNoSuchColor"])).toThrow("--sapNoSuchColor");
});

it("writes only what a theme changes", () => {
  const base = new Map([
    ["--sapTextColor", "black"],
    ["--sapGap", "1rem"],
  ]);
  const dark = block(
    "dark",
    [
      ["--sapGap", "1rem"],
      ["--sapTextColor", "white"],
    ],
    base,
  );
  expect(dark).toBe(`:root[data-theme="dark"] {\n  color-scheme: dark;\n  --sapTextColor: white;\n}`);
});
