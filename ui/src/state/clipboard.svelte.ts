import { call } from "../backend/index.ts";
import type { CopyOutcome } from "../backend/types.ts";
import { words } from "../words.ts";
import { clock } from "./clock.svelte.ts";
import { notices } from "./notices.svelte.ts";

/** What we believe to be in the clipboard. Rust writes and empties it; the page only says so. */
class Clipboard {
  /** The secret that was copied last, until it is emptied. */
  held = $state.raw<{ id: string; form: string; until: number | null } | null>(null);

  /** Notes a secret that Rust has written and answers the sentence about it. */
  wrote(id: string, form: string, outcome: CopyOutcome): string {
    if (outcome.clipboard === "unavailable") {
      this.held = null;
      return outcome.message ?? words.copy.unavailable;
    }
    const seconds = outcome.clearsInSeconds;
    // On the clock that the button reads: another one may be half a second ahead, and 60 seconds would start as 61.
    clock.now = Date.now();
    this.held = { id, form, until: seconds === null ? null : clock.now + seconds * 1000 };
    return words.copy.done(seconds, outcome.keptOutOfHistory);
  }

  async clear(): Promise<void> {
    const { cleared } = await call("clear_clipboard", {});
    this.held = null;
    notices.say(cleared ? words.copy.cleared : words.copy.notOurs);
  }

  /** An address or an id: not secret, stays in the clipboard. */
  async copyPlain(text: string, what: string): Promise<void> {
    try {
      const outcome = await call("copy_plain", { text });
      if (outcome.clipboard === "written") {
        this.held = null;
        notices.say(words.copy.plain(what));
      } else {
        notices.say(outcome.message ?? words.copy.unavailable, "warning");
      }
    } catch {
      notices.say(words.copy.unavailable, "warning");
    }
  }

  forget(): void {
    this.held = null;
  }
}

export const clipboard = new Clipboard();
