import { describe, expect, it } from "vitest";
import { durationWords, relativeTime, timeWords } from "./time.ts";

const now = Date.parse("2026-03-10T12:00:00Z");
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

describe("relative time", () => {
  it.each([
    [20, "now"],
    [200, "3 min ago"],
    [2 * 3600, "2 hr ago"],
    [86_400, "yesterday"],
    [5 * 86_400, "5 days ago"],
  ])("%i seconds ago", (seconds, words) => {
    // Languages abbreviate differently ("2 h ago"): the number or the word is what counts.
    const [wanted] = words.split(" ");
    expect(relativeTime(ago(seconds), now)).toContain(wanted);
  });

  it("is written out where it stands in a sentence, before and after", () => {
    expect(timeWords(ago(200), now)).toBe("3 minutes ago");
    expect(timeWords(ago(59), now)).toBe("just now");
    expect(timeWords(ago(-10), now)).toBe("just now");
    expect(timeWords(ago(-24 * 3600), now)).toBe("tomorrow");
    expect(timeWords(ago(-7201), now)).toBe("in 2 hours");
  });

  it("becomes a date after two weeks", () => {
    expect(relativeTime(ago(40 * 86_400), now)).toContain("2026");
  });

  it("shows what is not a date as it is", () => {
    expect(relativeTime("soon", now)).toBe("soon");
  });
});

describe("durations in words", () => {
  it.each([
    [300, "5 minutes"],
    [60, "1 minute"],
    [90, "90 seconds"],
    [3600, "1 hour"],
    [7_776_000, "90 days"],
    [45, "45 seconds"],
    [3599, "60 minutes"],
  ])("%i is %s", (seconds, words) => {
    expect(durationWords(seconds)).toBe(words);
  });
});
