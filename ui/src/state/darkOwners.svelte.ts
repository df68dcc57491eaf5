import { call } from "../backend/index.ts";
import type { DarkOwners } from "../backend/types.ts";

/** The line is dragged over many days; the server is asked about the one where it rests. */
const PAUSE_MS = 120;

/** Who would have no certificate left at a moment. */
export class DarkOwnersAt {
  answer = $state.raw<DarkOwners | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at: number | null = null;

  ask(at: number | null): void {
    if (at === this.#at) return;
    this.#at = at;
    this.answer = null;
    clearTimeout(this.#timer);
    if (at !== null) this.#timer = setTimeout(() => void this.#read(at), PAUSE_MS);
  }

  async #read(at: number): Promise<void> {
    try {
      const answer = await call("dark_owners", { at: new Date(at).toISOString() });
      if (at === this.#at) this.answer = answer;
    } catch {
      // The count of the timeline stands; only the names are left out.
    }
  }
}
