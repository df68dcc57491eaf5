import { describe, expect, it } from "vitest";
import { addDays, dayStart, dayWords, distance, endOfDay, localDay, readDay } from "./dates.ts";
import { textOf } from "./dropped.ts";

const now = new Date(2026, 10, 21, 10).getTime();

describe("days", () => {
  it("carry the year only when it is another one", () => {
    expect(dayWords(new Date(2026, 2, 3).getTime(), now)).not.toContain("2026");
    expect(dayWords(new Date(2027, 2, 3).getTime(), now)).toContain("2027");
  });

  it("survive a date field, and nothing else does", () => {
    expect(localDay(readDay("2027-03-03") ?? 0)).toBe("2027-03-03");
    for (const text of ["", "3 March", "2027-02-30", "2027-13-01", "27-3-3"]) expect(readDay(text), text).toBeNull();
  });

  it("are as long as they are", () => {
    // Across the change to winter time, wherever that is.
    for (let days = 0; days < 40; days += 1) {
      const later = addDays(now - 30 * 86_400_000, days);
      expect(new Date(later).getHours()).toBe(new Date(now - 30 * 86_400_000).getHours());
    }
    expect(endOfDay(now)).toBe(dayStart(addDays(now, 1)) - 1);
  });

  it.each([
    [90_000, 1, "minute"],
    [7_300_000, 2, "hour"],
    [12.5 * 86_400_000, 12, "day"],
    [800 * 86_400_000, 2, "year"],
  ] as const)("%d ms away is %d %s", (milliseconds, amount, unit) => {
    expect(distance(now + milliseconds, now)).toEqual({ amount, unit });
    expect(distance(now - milliseconds, now)).toEqual({ amount, unit });
  });
});

describe("a dropped file", () => {
  it("is its text", () => {
    expect(textOf(new TextEncoder().encode("-----BEGIN ü"))).toBe("-----BEGIN ü");
  });

  it("is base64 when it is no text", () => {
    expect(textOf(new Uint8Array([0x30, 0x82, 0xff]))).toBe("MIL/");
    expect(textOf(new Uint8Array([0x41, 0x00]))).toBe("QQA=");
  });
});
