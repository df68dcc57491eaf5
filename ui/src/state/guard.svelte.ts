import type { CallName, Calls } from "../backend/calls.ts";
import type { Environment } from "../backend/types.ts";
import { words } from "../words.ts";
import { notices } from "./notices.svelte.ts";

/** A write that waits for the person's word, and where it would be done. */
export type Asked = { name: CallName; input: Calls[CallName]["input"]; environment: Environment | null };

/** Writes in an environment that is guarded wait here until somebody has confirmed them. */
class Guard {
  asked = $state.raw<Asked | null>(null);
  #answer: ((confirm: string | null) => void) | null = null;

  /** What the person says: the name of the environment, or `null` for no. */
  ask(name: CallName, input: Calls[CallName]["input"], environment: Environment | null): Promise<string | null> {
    this.answer(null);
    this.asked = { name, input, environment };
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(confirm: string | null): void {
    const answer = this.#answer;
    this.#answer = null;
    this.asked = null;
    answer?.(confirm);
  }

  /** What is in force by now. Where that is not what was asked about, the answer is no. */
  see(now: Environment | null): void {
    const before = this.asked?.environment;
    if (!before || (now && PLACE.every((key) => now[key] === before[key]))) return;
    this.answer(null);
    // After the notice of the change itself, which would take its place.
    queueMicrotask(() => notices.say(words.frame.undone(before.name, now?.name ?? ""), "warning"));
  }
}

/** Another guard is another question. */
const PLACE = ["id", "name", "tenant", "directorUrl", "guard"] as const;

export const guard = new Guard();
