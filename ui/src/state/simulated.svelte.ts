import { untrack } from "svelte";
import { call } from "../backend/index.ts";
import type { Kyma } from "../backend/types.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** Which Kyma the server plays, for screens that look different then. Asked anew by each of them. */
class Simulated {
  kyma = $state.raw<Kyma | null>(null);
  twoPhase = $derived(this.kyma?.twoPhase ?? false);

  /** To be called in an effect: asks as soon as the server runs. */
  look(): void {
    if (cockpit.ready) untrack(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    try {
      this.kyma = await call("kyma_overview", {});
    } catch {
      // The screen stays as it is in one phase; what matters there is asked by itself.
    }
  }
}

export const simulated = new Simulated();
