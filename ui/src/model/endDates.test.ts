import { expect, it } from "vitest";
import { endAfter, localMinute } from "./endDates.ts";

const now = Date.parse("2026-03-10T12:00:00Z");

it.each([
  ["hour", 3600],
  ["day", 86_400],
  ["week", 604_800],
  ["never", null],
] as const)("%s is %s seconds", (choice, seconds) => {
  expect(endAfter(choice, "", now)).toEqual({ seconds });
});

it("reads a date on the person's clock, and counts on the server's", () => {
  const local = localMinute(now + 90_000);
  expect(endAfter("date", local, now)).toEqual({ seconds: 60 });
  expect(endAfter("date", ` ${local.replace("T", " ")} `, now)).toEqual({ seconds: 60 });
  expect(endAfter("date", local, now - 500)).toEqual({ seconds: 61 });
});

it.each([
  ["", "missing"],
  ["tomorrow", "missing"],
  [localMinute(now), "past"],
  ["2126-01-01T00:00", "too_far"],
])("%o is %s", (local, fault) => {
  expect(endAfter("date", local, now)).toEqual({ fault });
});
