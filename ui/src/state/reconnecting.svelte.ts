import { call } from "../backend/index.ts";
import type { CallError } from "../backend/types.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** Waiting times between tries; the last one counts from then on. */
const PAUSES_S = [5, 10, 20, 40, 60];

/** Asks an environment that does not answer now and then whether it is back, for as long as that lasts. */
export class Reconnecting {
  trying = $state(false);
  /** On this computer's clock. */
  nextAt = $state<number | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #running = false;

  /** Answers how to stop. */
  start(): () => void {
    this.#running = true;
    this.#tries = 0;
    this.#plan();
    const online = () => void this.now();
    addEventListener("online", online);
    return () => {
      this.#running = false;
      this.nextAt = null;
      clearTimeout(this.#timer);
      removeEventListener("online", online);
    };
  }

  async now(): Promise<void> {
    if (this.trying) return;
    clearTimeout(this.#timer);
    this.trying = true;
    this.nextAt = null;
    try {
      cockpit.take(await call("try_reach", {}));
    } catch (error) {
      cockpit.suspect(error as CallError);
    } finally {
      this.trying = false;
      if (this.#running) this.#plan();
    }
  }

  #plan(): void {
    const pause = PAUSES_S[Math.min(this.#tries, PAUSES_S.length - 1)] ?? 60;
    this.#tries += 1;
    // On the clock that the strip reads: another one may be half a second ahead.
    const now = Date.now();
    clock.now = now;
    this.nextAt = now + pause * 1000;
    this.#timer = setTimeout(() => void this.now(), pause * 1000);
  }
}
