import type { CertificateRow, Timeline, TimelineAuthority, TimelineBucket } from "../backend/types.ts";
import { addDays, DAY_MS, endOfDay } from "./dates.ts";

/** A stretch of time on the screen, in milliseconds. */
export type Range = { from: number; to: number };

/** Above this many there is no room for a bar each. */
export const MOST_BARS = 300;
const LEAST_DAYS = 30;

/** From a little before now until a little after the last certificate; the CA's own end may lie far behind it. */
export function rangeOf(timeline: Timeline, now: number): Range {
  const last = Math.max(now, ...timeline.expiries.map(({ at }) => Date.parse(at) + timeline.bucketSeconds * 1000));
  const span = Math.max(last - now, LEAST_DAYS * DAY_MS) * 1.06;
  return { from: now - span * 0.06, to: now + span };
}

/** Where a moment is, as a share of the width; outside of the range it is at its edge. */
export function place(at: number, { from, to }: Range): number {
  return Math.min(1, Math.max(0, (at - from) / (to - from)));
}

export function momentAt(share: number, { from, to }: Range): number {
  return from + Math.min(1, Math.max(0, share)) * (to - from);
}

/**
 * What a key does to the line: a day, with Shift a week; Home returns to now (null), End goes to the end. A date is the
 * end of its day, so that what ends on that day has ended.
 */
export function moveLine(
  key: string,
  shift: boolean,
  at: number | null,
  now: number,
  range: Range,
): number | null | undefined {
  const days = shift ? 7 : 1;
  const here = at ?? now;
  const targets: Record<string, number> = {
    ArrowRight: addDays(here, days),
    ArrowUp: addDays(here, days),
    ArrowLeft: addDays(here, -days),
    ArrowDown: addDays(here, -days),
    PageUp: addDays(here, 28),
    PageDown: addDays(here, -28),
    Home: now - 1,
    End: range.to,
  };
  const target = targets[key];
  if (target === undefined) return undefined;
  return question(target, now, range);
}

/** A moment on the axis as a question: a day that is not over yet; what was before now is no question. */
export function question(at: number, now: number, range: Range): number | null {
  if (at < now) return null;
  return endOfDay(Math.min(at, range.to));
}

export type Outlook = { expired: number; dark: number; authorities: TimelineAuthority[] };

/**
 * What has ended by a moment that lies ahead: certificates, owners whose last certificate ended, and authorities that
 * still count today. `rows` are all current certificates where they are few enough to be known one by one; otherwise the
 * buckets are counted, those that have ended by then.
 */
export function outlook(timeline: Timeline, rows: readonly CertificateRow[] | null, now: number, at: number): Outlook {
  const ended = (end: string) => Date.parse(end) <= at && Date.parse(end) > now;
  return {
    expired: rows ? rows.filter(({ endsAt }) => ended(endsAt)).length : counted(timeline.expiries, timeline, now, at),
    dark: counted(timeline.lastExpiries, timeline, now, at),
    authorities: timeline.authorities.filter(({ notAfter, state }) => state !== "retired" && ended(notAfter)),
  };
}

function counted(buckets: readonly TimelineBucket[], timeline: Timeline, now: number, at: number): number {
  let sum = 0;
  for (const bucket of buckets) {
    const end = Date.parse(bucket.at) + timeline.bucketSeconds * 1000;
    if (end > now && end <= at) sum += bucket.count;
  }
  return sum;
}

export type Band = { from: number; to: number; count: number; share: number };

/** Bands of equal width with how many end in each: the picture above `MOST_BARS`. `share` is 1 for the fullest. */
export function bands(timeline: Timeline, range: Range, wanted: number): Band[] {
  const width = (range.to - range.from) / wanted;
  const counts = new Map<number, number>();
  for (const { at, count } of timeline.expiries) {
    const middle = Date.parse(at) + timeline.bucketSeconds * 500;
    const index = Math.floor((middle - range.from) / width);
    if (index >= 0 && index < wanted) counts.set(index, (counts.get(index) ?? 0) + count);
  }
  const most = Math.max(1, ...counts.values());
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([index, count]) => ({
      from: range.from + index * width,
      to: range.from + (index + 1) * width,
      count,
      share: count / most,
    }));
}

/** Marks on the axis: midnights or firsts of months, not more than fit. */
export function ticks({ from, to }: Range, most = 8): { at: number; unit: "day" | "month" }[] {
  const days = (to - from) / DAY_MS;
  const byDay = days <= most * 9;
  const step = byDay ? Math.max(1, Math.ceil(days / most)) : Math.max(1, Math.ceil(days / 30.4 / most));
  const found: { at: number; unit: "day" | "month" }[] = [];
  const date = new Date(from);
  date.setHours(0, 0, 0, 0);
  if (byDay) date.setDate(date.getDate() + 1);
  else date.setMonth(date.getMonth() + 1, 1);
  while (date.getTime() < to) {
    found.push({ at: date.getTime(), unit: byDay ? "day" : "month" });
    if (byDay) date.setDate(date.getDate() + step);
    else date.setMonth(date.getMonth() + step);
  }
  return found;
}

export type Month = { at: number; expire: number; dark: number; authorities: TimelineAuthority[] };

/** The table twin: one line for each month in which something ends, the present month from now on. */
export function months(timeline: Timeline, now: number): Month[] {
  const found = new Map<number, Month>();
  const month = (at: number): Month => {
    const date = new Date(at);
    const first = new Date(date.getFullYear(), date.getMonth(), 1).getTime();
    const known = found.get(first) ?? { at: first, expire: 0, dark: 0, authorities: [] };
    found.set(first, known);
    return known;
  };
  const ends = ({ at }: TimelineBucket) => Date.parse(at) + timeline.bucketSeconds * 1000;
  for (const bucket of timeline.expiries) {
    if (ends(bucket) > now) month(Math.max(now, Date.parse(bucket.at))).expire += bucket.count;
  }
  for (const bucket of timeline.lastExpiries) {
    if (ends(bucket) > now) month(Math.max(now, Date.parse(bucket.at))).dark += bucket.count;
  }
  for (const authority of timeline.authorities) {
    const end = Date.parse(authority.notAfter);
    if (end > now && authority.state !== "retired") month(end).authorities.push(authority);
  }
  return [...found.values()]
    .filter(({ expire, dark, authorities }) => expire + dark + authorities.length > 0)
    .sort((a, b) => a.at - b.at);
}
