import { describe, expect, it } from "vitest";
import { announcementBetween, clockFace, secondsLeft, urgencyOf } from "./countdown.ts";

const end = "2026-01-01T00:05:00Z";
const at = (text: string) => Date.parse(`2026-01-01T00:${text}Z`);

describe("seconds left", () => {
  it("rounds up and stops at zero", () => {
    expect(secondsLeft(end, at("00:00"))).toBe(300);
    expect(secondsLeft(end, at("04:59.001"))).toBe(1);
    expect(secondsLeft(end, at("05:00"))).toBe(0);
    expect(secondsLeft(end, at("09:00"))).toBe(0);
  });
});

describe("words and face", () => {
  it.each([
    [300, "plain", "5:00"],
    [60, "plain", "1:00"],
    [59, "minute", "0:59"],
    [15, "minute", "0:15"],
    [14, "ending", "0:14"],
    [0, "expired", "0:00"],
    [3725, "plain", "1:02:05"],
  ])("%i seconds: %s, %s", (seconds, urgency, face) => {
    expect(urgencyOf(seconds)).toBe(urgency);
    expect(clockFace(seconds)).toBe(face);
  });
});

describe("announcements", () => {
  it("speaks at the marks only", () => {
    const spoken: number[] = [];
    for (let second = 300; second > 0; second -= 1) {
      const mark = announcementBetween(second, second - 1);
      if (mark !== null) spoken.push(mark);
    }
    expect(spoken).toEqual([120, 60, 30, 10, 0]);
  });

  it("says only the last mark after a sleep", () => {
    expect(announcementBetween(200, 5)).toBe(10);
    expect(announcementBetween(200, 0)).toBe(0);
    expect(announcementBetween(60, 60)).toBeNull();
  });
});
