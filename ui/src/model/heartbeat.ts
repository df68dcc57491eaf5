import type { Heartbeat } from "../backend/types.ts";
import { DAY_MS, dayStart, distance } from "./dates.ts";

/** An application that has not asked for three days is called silent; so says the list's filter. */
export const SILENT_DAYS = 3;

/** What the sparkline shows, in numbers. */
export type Silence = {
  polls: number;
  /** In one bucket. */
  most: number;
  /** The longest time without a poll, in words, to the hour. */
  longest: string;
};

export type HeartbeatDay = { at: number; polls: number; hours: number };

export function silenceOf({ buckets, bucketSeconds }: Heartbeat): Silence {
  let polls = 0;
  let most = 0;
  let run = 0;
  let longest = 0;
  for (const { count } of buckets) {
    polls += count;
    most = Math.max(most, count);
    run = count === 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return { polls, most, longest: spanWords(longest * bucketSeconds) };
}

/** Whole days since the last poll, from the third day on; nothing before. */
export function silentDays(lastSeenAt: string | null, now: number): number | null {
  if (lastSeenAt === null) return null;
  const days = Math.floor((now - Date.parse(lastSeenAt)) / DAY_MS);
  return days >= SILENT_DAYS ? days : null;
}

/** The polls by local day, newest first. */
export function heartbeatDays({ buckets }: Heartbeat): HeartbeatDay[] {
  const days = new Map<number, HeartbeatDay>();
  for (const { at, count } of buckets) {
    const start = dayStart(Date.parse(at));
    const day = days.get(start) ?? { at: start, polls: 0, hours: 0 };
    days.set(start, { at: start, polls: day.polls + count, hours: day.hours + Number(count > 0) });
  }
  return [...days.values()].sort((a, b) => b.at - a.at);
}

/** One bar for each bucket, one unit wide, as the path of an SVG; the least poll can still be seen. */
export function sparkline({ buckets }: Heartbeat, height: number): string {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return buckets
    .map(({ count }, index) => {
      if (count === 0) return "";
      const bar = Math.max(2, Math.round((count / most) * height * 10) / 10);
      return `M${index} ${height}v${-bar}h1v${bar}z`;
    })
    .join("");
}

function spanWords(seconds: number): string {
  if (seconds < 3600) return "under an hour";
  const { amount, unit } = distance(seconds * 1000, 0);
  // A single hour is given in minutes by the other screens; buckets are no finer than this.
  if (unit === "minute") return "1 hour";
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
