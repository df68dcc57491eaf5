import { call } from "../backend/index.ts";
import type { CallError, ServiceDetail, ServiceRow } from "../backend/types.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { whileVisible } from "./whileVisible.ts";

/** An application may register while somebody looks. */
const LOOK_MS = 5000;

/** What an application registered: the list, and the one that is looked at. */
export class Registrations {
  readonly id: string;
  rows = $state.raw<readonly ServiceRow[] | null>(null);
  error = $state.raw<CallError | null>(null);
  chosen = $state<string | null>(null);
  detail = $state.raw<ServiceDetail | null>(null);
  detailError = $state.raw<CallError | null>(null);
  /** The one that was looked at is not there any more. */
  gone = $state(false);
  #round = 0;

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
      const row = services.find(({ id }) => id === this.chosen);
      if (this.chosen !== null && !row) this.gone = true;
      if (row && this.detail?.service.id === row.id && this.detail.service.updatedAt !== row.updatedAt) {
        await this.choose(row.id);
      }
    } catch (thrown) {
      this.error = thrown as CallError;
      cockpit.suspect(this.error);
    }
  }

  async choose(serviceId: string): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    if (this.chosen !== serviceId) this.detail = null;
    this.chosen = serviceId;
    this.detailError = null;
    this.gone = false;
    try {
      const detail = await call("application_service", { applicationId: this.id, serviceId });
      if (round !== this.#round) return;
      this.detail = detail;
      this.gone = detail === null;
    } catch (thrown) {
      if (round !== this.#round) return;
      this.detailError = thrown as CallError;
      cockpit.suspect(this.detailError);
    }
  }
}
