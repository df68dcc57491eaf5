/** When a secret shall end, as a person says it. */
export type EndChoice = "hour" | "day" | "week" | "date" | "never";
export type EndFault = "missing" | "past" | "too_far";

const SECONDS = { hour: 3600, day: 86_400, week: 7 * 86_400 } as const;
const MOST = 10 * 365 * 86_400;

/**
 * Whole seconds from now on the server's clock, or what is wrong with the date. `null` seconds: no end. `local` is the
 * value of a date-and-time field, on the clock of the person.
 */
export function endAfter(
  choice: EndChoice,
  local: string,
  serverNow: number,
): { seconds: number | null } | { fault: EndFault } {
  if (choice === "never") return { seconds: null };
  if (choice !== "date") return { seconds: SECONDS[choice] };
  // Where there is no such field, it is a text, and people write a blank for the T.
  const at = Date.parse(local.trim().replace(" ", "T"));
  if (Number.isNaN(at)) return { fault: "missing" };
  const seconds = Math.ceil((at - serverNow) / 1000);
  if (seconds <= 0) return { fault: "past" };
  return seconds > MOST ? { fault: "too_far" } : { seconds };
}

/** A moment as a date-and-time field wants it: the local minute, without a zone. */
export function localMinute(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
