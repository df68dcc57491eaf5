import { describe, expect, it } from "vitest";
import type { Timeline } from "../backend/types.ts";
import { certificate } from "./certificates.sample.ts";
import { addDays, DAY_MS, endOfDay } from "./dates.ts";
import { bands, momentAt, months, moveLine, outlook, place, question, rangeOf, ticks } from "./timeline.ts";

/** Noon here: days are the person's days. */
const now = new Date(2026, 0, 10, 12).getTime();
const iso = (at: number) => new Date(at).toISOString();
const inDays = (days: number) => iso(now + days * DAY_MS);

function timeline(more: Partial<Timeline> = {}): Timeline {
  return {
    bucketSeconds: 86_400,
    expiries: [
      { at: inDays(-3), count: 9 },
      { at: inDays(2), count: 4 },
      { at: inDays(20), count: 10 },
    ],
    lastExpiries: [
      { at: inDays(2), count: 1 },
      { at: inDays(20), count: 2 },
    ],
    authorities: [
      { fingerprint: "1", subject: "CN=new", notBefore: inDays(-100), notAfter: inDays(3000), state: "active" },
      { fingerprint: "2", subject: "CN=old", notBefore: inDays(-900), notAfter: inDays(15), state: "trusted" },
      { fingerprint: "3", subject: "CN=gone", notBefore: inDays(-900), notAfter: inDays(5), state: "retired" },
    ],
    current: 14,
    expired: 9,
    revoked: 0,
    serverNow: iso(now),
    ...more,
  };
}

describe("the outlook", () => {
  it("counts what has ended between now and then, and not what had ended before", () => {
    expect(outlook(timeline(), null, now, now + 30 * DAY_MS)).toMatchObject({ expired: 14, dark: 3 });
    expect(outlook(timeline(), null, now, now + 4 * DAY_MS)).toMatchObject({ expired: 4, dark: 1, authorities: [] });
    expect(outlook(timeline(), null, now, now)).toMatchObject({ expired: 0, dark: 0 });
  });

  it("names the authorities that count today and have ended then", () => {
    const { authorities } = outlook(timeline(), null, now, now + 30 * DAY_MS);
    expect(authorities.map(({ subject }) => subject)).toEqual(["CN=old"]);
  });

  it("is exact where every certificate is known", () => {
    const rows = [certificate("a", { endsAt: inDays(3) }), certificate("b", { endsAt: inDays(5) })];
    expect(outlook(timeline(), rows, now, now + 4 * DAY_MS).expired).toBe(1);
  });
});

describe("the line", () => {
  const range = rangeOf(timeline(), now);

  it("moves by days and weeks, and a date is the end of its day", () => {
    const tomorrow = endOfDay(addDays(now, 1));
    expect(moveLine("ArrowRight", false, null, now, range)).toBe(tomorrow);
    expect(moveLine("ArrowRight", true, tomorrow, now, range)).toBe(endOfDay(addDays(now, 8)));
    expect(moveLine("ArrowLeft", false, tomorrow, now, range)).toBe(endOfDay(now));
  });

  it("returns to now with Home and when it would go behind it", () => {
    expect(moveLine("Home", false, endOfDay(now), now, range)).toBeNull();
    expect(moveLine("ArrowLeft", false, endOfDay(now), now, range)).toBeNull();
    expect(moveLine("ArrowLeft", true, null, now, range)).toBeNull();
  });

  it("leaves other keys alone, and stays on the axis", () => {
    expect(moveLine("x", false, null, now, range)).toBeUndefined();
    expect(moveLine("ArrowRight", true, range.to, now, range)).toBe(endOfDay(range.to));
    expect(question(now - 1, now, range)).toBeNull();
  });

  it("stands where it was put", () => {
    const at = now + 10 * DAY_MS;
    expect(momentAt(place(at, range), range)).toBeCloseTo(at, -1);
    expect(place(now - 400 * DAY_MS, range)).toBe(0);
    expect(momentAt(7, range)).toBe(range.to);
  });
});

describe("the picture", () => {
  it("reaches a little beyond the last certificate, and at least a month", () => {
    expect(rangeOf(timeline({ expiries: [] }), now).to).toBeGreaterThan(now + 30 * DAY_MS);
    const long = rangeOf(timeline({ expiries: [{ at: inDays(900), count: 1 }] }), now);
    expect(long.to).toBeGreaterThan(now + 901 * DAY_MS);
    expect(long.from).toBeLessThan(now);
  });

  it("puts many into bands that lose none", () => {
    const range = rangeOf(timeline(), now);
    const found = bands(timeline(), range, 40);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(14);
    expect(Math.max(...found.map(({ share }) => share))).toBe(1);
  });

  it.each([3, 40, 120, 1000])("marks %d days with no more than fit", (days) => {
    const found = ticks({ from: now, to: now + days * DAY_MS });
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(10);
  });
});

describe("the table twin", () => {
  it("has a line for each month in which something ends", () => {
    const found = months(timeline(), now);
    expect(found.map(({ expire, dark }) => [expire, dark])).toEqual([
      [14, 3],
      [0, 0],
    ]);
    expect(found.at(-1)?.authorities.map(({ subject }) => subject)).toEqual(["CN=new"]);
  });
});
