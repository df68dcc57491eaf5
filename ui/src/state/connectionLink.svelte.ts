import { call } from "../backend/index.ts";
import type { CallError, ConnectionLinkReceipt, LinkGeneration } from "../backend/types.ts";
import { secondsLeft } from "../model/countdown.ts";
import { clipboard } from "./clipboard.svelte.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** A link to be handed over. Rust holds it; it is forgotten when its card goes. */
export class ConnectionLink {
  readonly applicationId: string;
  generation = $state<LinkGeneration>("second");
  receipt = $state.raw<ConnectionLinkReceipt | null>(null);
  asking = $state(false);
  error = $state.raw<CallError | null>(null);
  copied = $state<string | null>(null);
  copyError = $state.raw<CallError | null>(null);

  left = $derived(this.receipt ? secondsLeft(this.receipt.expiresAt, clock.serverNow) : null);
  expired = $derived(this.left === 0);
  #closed = false;

  constructor(applicationId: string) {
    this.applicationId = applicationId;
  }

  get id(): string | null {
    return this.receipt?.id ?? null;
  }

  async request(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.error = null;
    try {
      const { applicationId, generation } = this;
      const receipt = await call("request_connection_link", { applicationId, generation });
      clock.observe(receipt.serverNow);
      this.forget();
      this.receipt = receipt;
      if (this.#closed) this.forget();
    } catch (thrown) {
      this.error = thrown as CallError;
      cockpit.suspect(this.error);
    } finally {
      this.asking = false;
    }
  }

  async copy(): Promise<void> {
    const { receipt } = this;
    if (!receipt) return;
    try {
      const outcome = await call("copy_connection_link", { id: receipt.id });
      this.copyError = null;
      this.copied = clipboard.wrote(receipt.id, "link", outcome);
    } catch (thrown) {
      this.copyError = thrown as CallError;
    }
  }

  reveal(): Promise<{ value: string }> {
    return call("reveal_connection_link", { id: this.receipt?.id ?? "" });
  }

  close(): void {
    this.#closed = true;
    this.forget();
  }

  forget(): void {
    const { receipt } = this;
    this.receipt = null;
    this.copied = null;
    this.copyError = null;
    if (receipt) call("forget_connection_link", { id: receipt.id }).catch(() => undefined);
  }
}
