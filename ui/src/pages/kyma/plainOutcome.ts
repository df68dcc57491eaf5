import type { CopyOutcome } from "../../backend/types.ts";
import { clipboard } from "../../state/clipboard.svelte.ts";
import { notices } from "../../state/notices.svelte.ts";
import { words } from "../../words.ts";

/** Says what became of something that is not secret and that Rust copied by itself. */
export function plainOutcome(outcome: CopyOutcome, what: string): void {
  if (outcome.clipboard === "written") {
    clipboard.forget();
    notices.say(
      outcome.clearsInSeconds === null
        ? words.copy.plain(what)
        : words.copy.done(outcome.clearsInSeconds, outcome.keptOutOfHistory),
    );
  } else {
    notices.say(outcome.message ?? words.copy.unavailable, "warning");
  }
}
