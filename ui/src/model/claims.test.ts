import { expect, it } from "vitest";
import { claimLines } from "./claims.ts";

it("puts what it can explain first, and keeps the rest", () => {
  const lines = claimLines({ tenant: "t", exp: 1_767_225_600, iss: "https://localhost:8443", sub: "a" });
  expect(lines.map(({ name, meaning }) => [name, meaning])).toEqual([
    ["iss", "iss"],
    ["sub", "sub"],
    ["exp", "exp"],
    ["tenant", null],
  ]);
});

it("reads moments, and nothing else, as moments", () => {
  const [exp, jti] = claimLines({ jti: 7, exp: 1_767_225_600 }).sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(exp?.at).toBe(Date.parse("2026-01-01T00:00:00Z"));
  expect(jti?.at).toBeNull();
  expect(claimLines({ exp: "soon" })[0]).toMatchObject({ value: "soon", at: null });
});

it("shows every kind of value", () => {
  const values = claimLines({ aud: ["a", "b"], cnf: { "x5t#S256": "q" }, scope: "", extra: null }).map(
    ({ value }) => value,
  );
  expect(values).toEqual(["a, b", "", '{"x5t#S256":"q"}', "null"]);
});
