import { cockpit } from "./cockpit.svelte.ts";

/** Where the pages are: what they show belongs to one environment and one tenant of it. */
export const scope = {
  /** Another one means that nothing on the screen is true any more. */
  get key(): string {
    return cockpit.scope;
  },
  /** Certificates, a registry and events are shown beside what a Director knows. */
  get local(): boolean {
    return cockpit.environment !== null && cockpit.hasConsole;
  },
  get mayWrite(): boolean {
    return cockpit.mayWrite;
  },
  get tenantName(): string {
    return cockpit.environment?.tenantName || (cockpit.environment?.tenant ?? "");
  },
};
