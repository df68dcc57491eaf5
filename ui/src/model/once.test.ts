import { expect, test } from "vitest";
import { once } from "./once.ts";

test("a row that comes twice is shown once, as it came last", () => {
  const rows = [
    { id: "a", name: "old" },
    { id: "b", name: "b" },
    { id: "a", name: "new" },
  ];
  expect(once(rows)).toEqual([
    { id: "a", name: "new" },
    { id: "b", name: "b" },
  ]);
});
