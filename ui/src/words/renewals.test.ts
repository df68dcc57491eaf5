import { expect, it } from "vitest";
import { generationWords } from "./renewals.ts";

it("counts renewals as people do", () => {
  expect([0, 1, 2, 3, 4, 11, 12, 21, 112].map(generationWords)).toEqual([
    "First of its line",
    "1st renewal",
    "2nd renewal",
    "3rd renewal",
    "4th renewal",
    "11th renewal",
    "12th renewal",
    "21st renewal",
    "112th renewal",
  ]);
});
