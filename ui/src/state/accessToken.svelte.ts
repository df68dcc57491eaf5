import { call } from "../backend/index.ts";
import type { AccessTokenForm, AccessTokenReceipt, CallError, TokenAuthMethod } from "../backend/types.ts";
import { secondsLeft } from "../model/countdown.ts";
import { clipboard } from "./clipboard.svelte.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** An access token on trial. Rust holds it; it is forgotten when its panel goes. */
export class AccessToken {
  readonly clientId: string;
  receipt = $state.raw<AccessTokenReceipt | null>(null);
  error = $state.raw<CallError | null>(null);
  asking = $state(false);
  copied = $state<string | null>(null);
  copyError = $state.raw<CallError | null>(null);

  left = $derived(this.receipt?.expiresAt ? secondsLeft(this.receipt.expiresAt, clock.serverNow) : null);
  expired = $derived(this.left === 0);
  #closed = false;

  constructor(clientId: string) {
    this.clientId = clientId;
  }

  get id(): string | null {
    return this.receipt?.tokenId ?? null;
  }

  async get(secret: string | null, scopes: string[], authMethod: TokenAuthMethod): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.error = null;
    try {
      const receipt = await call("get_access_token", { clientId: this.clientId, secret, scopes, authMethod });
      clock.observe(receipt.serverNow);
      this.#forget();
      this.receipt = receipt;
      if (this.#closed) this.#forget();
    } catch (error) {
      this.#forget();
      this.error = error as CallError;
      cockpit.suspect(this.error);
    } finally {
      this.asking = false;
    }
  }

  async copy(form: AccessTokenForm): Promise<void> {
    const { receipt } = this;
    if (!receipt) return;
    try {
      const outcome = await call("copy_access_token", { tokenId: receipt.tokenId, form });
      this.copyError = null;
      this.copied = clipboard.wrote(receipt.tokenId, form, outcome);
    } catch (error) {
      this.copyError = error as CallError;
    }
  }

  close(): void {
    this.#closed = true;
    this.#forget();
  }

  #forget(): void {
    const { receipt } = this;
    this.receipt = null;
    this.copied = null;
    this.copyError = null;
    // Rust drops it by itself when it expires; nothing has to be said when that was sooner.
    if (receipt) call("forget_access_token", { tokenId: receipt.tokenId }).catch(() => undefined);
  }
}
