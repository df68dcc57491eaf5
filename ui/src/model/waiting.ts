import type { CallError } from "../backend/types.ts";

/** When a gateway asks to slow down without saying for how long. */
const SLOW_DOWN_SECONDS = 15;
const MOST_SECONDS = 300;
/** The network comes back by itself more often than not. */
const AWAY = new Set(["unreachable", "timed_out", "unavailable"]);
const AWAY_SECONDS = [5, 10, 20, 30];

/** How long to wait before the same is tried again by itself, or `null` where trying again is a person's decision. */
export function patienceMs(
  { code, retryAfterSeconds = null }: Pick<CallError, "code"> & { retryAfterSeconds?: number | null },
  failures: number,
): number | null {
  if (code === "rate_limited") {
    return 1000 * Math.min(MOST_SECONDS, Math.max(1, retryAfterSeconds ?? SLOW_DOWN_SECONDS));
  }
  if (!AWAY.has(code)) return null;
  return 1000 * (AWAY_SECONDS[Math.min(Math.max(1, failures), AWAY_SECONDS.length) - 1] ?? 0);
}
