import { call } from "../backend/index.ts";
import type { CallError, ServiceDetail, ServiceRow } from "../backend/types.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { LookedAt } from "./lookedAt.svelte.ts";
import { whileVisible } from "./whileVisible.ts";

/** An application may register while somebody looks. */
const LOOK_MS = 5000;

/** What an application registered: the list, and the one that is looked at. */
export class Registrations {
  readonly id: string;
  rows = $state.raw<readonly ServiceRow[] | null>(null);
  error = $state.raw<CallError | null>(null);
  readonly looked = new LookedAt<string, ServiceDetail>((serviceId) =>
    call("application_service", { applicationId: this.id, serviceId }),
  );

  constructor(id: string) {
    this.id = id;
  }

  start(): () => void {
    return whileVisible(() => this.read(), LOOK_MS);
  }

  async read(): Promise<void> {
    try {
      const { services } = await call("application_services", { applicationId: this.id });
      this.rows = services;
      this.error = null;
      const { key, detail } = this.looked;
      const row = services.find(({ id }) => id === key);
      if (key !== null && !row) this.looked.gone = true;
      if (row && detail?.service.id === row.id && detail.service.updatedAt !== row.updatedAt) {
        await this.looked.choose(row.id);
      }
    } catch (thrown) {
      this.error = thrown as CallError;
      cockpit.suspect(this.error);
    }
  }
}
