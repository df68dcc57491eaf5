import { call } from "../backend/index.ts";
import type { CallError, Discovery, EnvironmentDefinition } from "../backend/types.ts";

const LOOK_MS = 250;

/** Looking at an address, step by step; the program does it, the page asks how far it is. */
export class DiscoveryRun {
  now = $state.raw<Discovery | null>(null);
  error = $state.raw<CallError | null>(null);
  running = $state(false);
  #round = 0;

  /** `definition` is what was set by hand already. */
  async start(address: string, definition: EnvironmentDefinition | null): Promise<void> {
    this.stop();
    const round = this.#round;
    this.error = null;
    this.now = null;
    this.running = true;
    try {
      let found = await call("start_discovery", { address, definition });
      while (round === this.#round) {
        this.now = found;
        if (!found.running) break;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        if (round === this.#round) found = await call("discovery", { id: found.id });
      }
    } catch (error) {
      if (round === this.#round) this.error = error as CallError;
    } finally {
      if (round === this.#round) this.running = false;
    }
  }

  /** What was found so far stays. */
  stop(): void {
    this.#round += 1;
    if (this.running && this.now) call("cancel_discovery", { id: this.now.id }).catch(() => undefined);
    this.running = false;
  }
}
