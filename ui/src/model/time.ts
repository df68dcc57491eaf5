/** Dates follow the person's English; another English than theirs would mix languages on one screen. */
const preferred = typeof navigator === "undefined" ? "en-GB" : navigator.language;
export const locale = preferred.startsWith("en") ? preferred : "en-GB";

const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
const relativeLong = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "long" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const longDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(locale, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const shortClock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const number = new Intl.NumberFormat(locale);

const STEPS = [
  { unit: "minute", seconds: 60, below: 3600 },
  { unit: "hour", seconds: 3600, below: 86_400 },
  { unit: "day", seconds: 86_400, below: 14 * 86_400 },
] as const;

/** "3 min ago", "yesterday", and the date itself from two weeks on. */
export function relativeTime(at: string, now: number, words = relative): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  if (Number.isNaN(seconds)) return at;
  if (Math.abs(seconds) < 60) return words.format(0, "second");
  const step = STEPS.find(({ below }) => Math.abs(seconds) < below);
  return step ? words.format(-Math.trunc(seconds / step.seconds), step.unit) : day.format(Date.parse(at));
}

/** "just now", "3 minutes ago", "in 23 hours", to stand in a sentence. */
export function timeWords(at: string, now: number): string {
  return Math.abs(now - Date.parse(at)) < 60_000 ? "just now" : relativeTime(at, now, relativeLong);
}

/** Local date and time. */
export function localTime(at: string): string {
  const parsed = Date.parse(at);
  return Number.isNaN(parsed) ? at : moment.format(parsed);
}

/** Local date and time, with UTC behind it. */
export function absoluteTime(at: string): string {
  const parsed = Date.parse(at);
  if (Number.isNaN(parsed)) return at;
  return `${moment.format(parsed)} (${new Date(parsed).toISOString().slice(0, 19).replace("T", " ")} UTC)`;
}

export const longDate = (at: number): string => longDay.format(at);
export const clockTime = (at: string | number): string => clock.format(typeof at === "string" ? Date.parse(at) : at);
export const shortTime = (at: number): string => shortClock.format(at);
export const count = (value: number): string => number.format(value);

/** "5 minutes", "90 days": the largest unit that is exact enough to say aloud. */
export function durationWords(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds === size || seconds >= 2 * size) ?? units[3];
  const amount = Math.round(seconds / size);
  return `${count(amount)} ${unit}${amount === 1 ? "" : "s"}`;
}
