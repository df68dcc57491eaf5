import { expect, test } from "vitest";
import type { Heartbeat } from "../backend/types.ts";
import { dayStart } from "./dates.ts";
import { heartbeatDays, silenceOf, silentDays, sparkline } from "./heartbeat.ts";

const HOUR = 3_600_000;
const START = dayStart(Date.parse("2026-11-15T12:00:00Z"));

function heartbeat(counts: number[]): Heartbeat {
  return {
    lastSeenAt: null,
    polls: 0,
    bucketSeconds: 3600,
    buckets: counts.map((count, hour) => ({ at: new Date(START + hour * HOUR).toISOString(), count })),
  };
}

test("the longest silence counts at the end, too", () => {
  expect(silenceOf(heartbeat([0, 2, 0, 1, 0, 0, 0]))).toEqual({ polls: 3, most: 2, longest: "3 hours" });
  expect(silenceOf(heartbeat([0, 0, 0, 1, 4]))).toEqual({ polls: 5, most: 4, longest: "3 hours" });
});

test("silences are said in hours and days", () => {
  expect(silenceOf(heartbeat([1, 1])).longest).toBe("under an hour");
  expect(silenceOf(heartbeat([1, 0])).longest).toBe("1 hour");
  expect(silenceOf(heartbeat(Array(168).fill(0))).longest).toBe("7 days");
});

test("three whole days make it silent", () => {
  const at = "2026-11-15T12:00:00Z";
  const now = Date.parse(at);
  expect(silentDays(at, now + 72 * HOUR - 1)).toBeNull();
  expect(silentDays(at, now + 72 * HOUR)).toBe(3);
  expect(silentDays(at, now + 130 * HOUR)).toBe(5);
  expect(silentDays(null, now)).toBeNull();
});

test("days are local days, newest first", () => {
  const days = heartbeatDays(heartbeat([...Array(24).fill(1), 0, 5, 5]));
  expect(days).toEqual([
    { at: START + 24 * HOUR, polls: 10, hours: 2 },
    { at: START, polls: 24, hours: 24 },
  ]);
});

test("a single poll beside many can still be seen", () => {
  expect(sparkline(heartbeat([0, 1, 100]), 20)).toBe("M1 20v-2h1v2zM2 20v-20h1v20z");
  expect(sparkline(heartbeat([0, 0]), 20)).toBe("");
});
