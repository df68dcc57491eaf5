/** How much of a token's life is left, in the words the screen uses. */
export type Urgency = "plain" | "minute" | "ending" | "expired";

/** Screen readers hear the countdown at these seconds and at no other. */
export const ANNOUNCED_SECONDS = [120, 60, 30, 10, 0] as const;

/** Whole seconds left, rounded up so that the last second is shown as 1; never negative. */
export function secondsLeft(expiresAt: string, serverNow: number): number {
  return Math.max(0, Math.ceil((Date.parse(expiresAt) - serverNow) / 1000));
}

export function urgencyOf(seconds: number): Urgency {
  if (seconds <= 0) return "expired";
  if (seconds < 15) return "ending";
  return seconds < 60 ? "minute" : "plain";
}

/** `4:58`, or `1:04:58` from an hour on. */
export function clockFace(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/**
 * The mark that was passed between two looks at the clock, if any. Several at once (the computer slept) give the last
 * one only.
 */
export function announcementBetween(before: number, after: number): number | null {
  const passed = ANNOUNCED_SECONDS.filter((mark) => before > mark && after <= mark);
  return passed.at(-1) ?? null;
}
