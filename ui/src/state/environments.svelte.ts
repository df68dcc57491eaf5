import { call } from "../backend/index.ts";
import type { AppState, CallError, EnvironmentRow, VaultState } from "../backend/types.ts";
import { colourOf } from "../model/environmentColour.ts";
import { switchWords } from "../words/frame.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { notices } from "./notices.svelte.ts";
import { router } from "./router.svelte.ts";

/** Every environment that is set up, the server of this computer first, and where sign-ins can be kept. */
class Environments {
  all = $state.raw<readonly EnvironmentRow[]>([]);
  vault = $state.raw<VaultState | null>(null);
  error = $state.raw<CallError | null>(null);
  read = $state(false);

  find(id: string): EnvironmentRow | undefined {
    return this.all.find((row) => row.id === id);
  }

  async refresh(): Promise<void> {
    try {
      const { environments, vault } = await call("environments", {});
      this.all = environments.map((row) => ({ ...row, colour: colourOf(row) }));
      this.vault = vault;
      this.read = true;
      this.error = null;
    } catch (error) {
      this.error = error as CallError;
    }
  }

  /** The page that is open is asked first, if it holds something that would be lost. */
  use(id: string): void {
    if (id === cockpit.environment?.id) return;
    router.unlessGuarded(() => void this.#switch(() => call("use_environment", { id })));
  }

  useTenant(id: string, name: string): void {
    if (id === cockpit.environment?.tenant) return;
    router.unlessGuarded(() => void this.#switch(() => call("use_tenant", { id, name })));
  }

  async #switch(change: () => Promise<AppState>): Promise<void> {
    try {
      const state = await change();
      cockpit.take(state);
      const { environment } = state;
      if (environment) notices.say(switchWords.switched(environment.name, environment.tenantName));
    } catch (error) {
      notices.say((error as CallError).message, "warning");
    }
    await this.refresh();
  }
}

export const environments = new Environments();
