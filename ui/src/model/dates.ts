import { locale } from "./time.ts";

/** Days as a person says them; the screens of certificates think in days, not in seconds. */
const inYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });
const withYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const month = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });
const shortMonth = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });

export const DAY_MS = 86_400_000;

/** "3 March" this year, "3 March 2027" in another. */
export function dayWords(at: number | string, now: number): string {
  const moment = typeof at === "string" ? Date.parse(at) : at;
  if (Number.isNaN(moment)) return String(at);
  const sameYear = new Date(moment).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? inYear : withYear).format(moment);
}

export const monthWords = (at: number): string => month.format(at);
export const shortMonthWords = (at: number): string => shortMonth.format(at);
export const shortDayWords = (at: number): string => shortDay.format(at);

/** "in 12 days", "6 hours ago": how far something is, in whole units that a person plans with. */
export function distance(
  at: string | number,
  now: number,
): { amount: number; unit: "minute" | "hour" | "day" | "year" } {
  const seconds = Math.abs((typeof at === "string" ? Date.parse(at) : at) - now) / 1000;
  if (seconds >= 2 * 365 * 86_400) return { amount: Math.floor(seconds / (365 * 86_400)), unit: "year" };
  if (seconds >= 2 * 86_400) return { amount: Math.floor(seconds / 86_400), unit: "day" };
  if (seconds >= 2 * 3600) return { amount: Math.floor(seconds / 3600), unit: "hour" };
  return { amount: Math.floor(seconds / 60), unit: "minute" };
}

/** Local midnight of the day. */
export function dayStart(at: number): number {
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  return date.getTime();
}

/** The same time of the day, some days away: a day is not always 24 hours long. */
export function addDays(at: number, days: number): number {
  const date = new Date(at);
  date.setDate(date.getDate() + days);
  return date.getTime();
}

/** A day as a date field wants it. */
export function localDay(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** What a date field holds, at noon of that day; nothing when it is no date. */
export function readDay(text: string): number | null {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.trim());
  if (!parts) return null;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(year, month - 1, day, 12);
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : null;
}

/** The last moment of a day: "on 3 March" is what has ended by then. */
export function endOfDay(at: number): number {
  const date = new Date(at);
  date.setHours(23, 59, 59, 999);
  return date.getTime();
}
