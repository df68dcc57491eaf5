import { DAY_MS, shortDayWords } from "../../model/dates.ts";
import { clockTime } from "../../model/time.ts";

/** The time, and before it the day when that was not within the last one. */
export function eventMoment(at: string, now: number): string {
  const time = clockTime(at);
  return now - Date.parse(at) < DAY_MS ? time : `${shortDayWords(Date.parse(at))} ${time}`;
}
