import type { CallError } from "../backend/types.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** The one of a list that somebody looks at: read when it is chosen, and perhaps gone by then. */
export class LookedAt<Key, Detail> {
  key = $state.raw<Key | null>(null);
  detail = $state.raw<Detail | null>(null);
  error = $state.raw<CallError | null>(null);
  /** The one that was looked at is not there any more. */
  gone = $state(false);
  readonly #read: (key: Key) => Promise<Detail | null>;
  #round = 0;

  constructor(read: (key: Key) => Promise<Detail | null>) {
    this.#read = read;
  }

  /** Choosing the same again reads it again behind what is shown. */
  async choose(key: Key): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    if (this.key !== key) this.detail = null;
    this.key = key;
    this.error = null;
    this.gone = false;
    try {
      const detail = await this.#read(key);
      if (round !== this.#round) return;
      this.detail = detail;
      this.gone = detail === null;
    } catch (thrown) {
      if (round !== this.#round) return;
      this.error = thrown as CallError;
      cockpit.suspect(this.error);
    }
  }

  /** What is shown has another value by now: a deed answered it. */
  put(detail: Detail): void {
    this.#round += 1;
    this.detail = detail;
    this.error = null;
  }

  leave(): void {
    this.#round += 1;
    this.key = null;
    this.detail = null;
    this.error = null;
    this.gone = false;
  }
}
