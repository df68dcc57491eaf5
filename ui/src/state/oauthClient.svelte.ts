import { call } from "../backend/index.ts";
import type { CallError, OAuthClientDetail } from "../backend/types.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { Handover } from "./handover.svelte.ts";
import { oauthClients } from "./oauthClients.svelte.ts";
import { openPairings } from "./openPairings.svelte.ts";

/** How often the registry is asked while the page is visible. */
const POLL_MS = 5000;
/** The registry writes down who used what once a second. */
const NOTED_MS = 1200;

export type Deed = "rotate" | "retire" | "enable" | "disable" | "revoke" | "delete";

/** One OAuth client, kept fresh as long as its page is open, and what can be done to it. */
export class OAuthClient {
  readonly clientId: string;
  detail = $state.raw<OAuthClientDetail | null>(null);
  gone = $state(false);
  /** It could not be read: what is on the screen is old. */
  readError = $state.raw<CallError | null>(null);
  readAt = $state(0);
  /** What is being done, and what did not succeed. */
  doing = $state<Deed | null>(null);
  failed = $state.raw<{ deed: Deed; error: CallError } | null>(null);
  /** The secret that a rotation has made, as long as it can be handed over. */
  fresh = $state.raw<Handover | null>(null);
  /** What was asked of the old secrets in that rotation. */
  freshRetires = $state<number | null>(null);

  /** What the list knows is enough to paint the header before the answer comes. */
  row = $derived(this.detail?.row ?? oauthClients.find(({ clientId }) => clientId === this.clientId) ?? null);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** An answer that was asked for before something was done here is older than what that gave. */
  #round = 0;

  constructor(clientId: string) {
    this.clientId = clientId;
  }

  /** Reads now, and again and again; once more is the same as once. */
  async watch(): Promise<void> {
    clearTimeout(this.#timer);
    document.addEventListener("visibilitychange", this.#onShow);
    await this.read();
    if (this.#closed || this.gone || document.hidden) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.watch(), POLL_MS);
  }

  async read(): Promise<void> {
    const round = this.#round;
    try {
      const detail = await call("get_oauth_client", { clientId: this.clientId });
      if (this.#closed || round !== this.#round) return;
      this.readError = null;
      this.gone = detail === null;
      if (detail) this.#take(detail);
      else oauthClients.remove(this.clientId);
    } catch (error) {
      if (this.#closed || round !== this.#round) return;
      this.readError = error as CallError;
      cockpit.suspect(this.readError);
    }
  }

  /** A secret was just tried: its use is about to be noted. */
  readSoon(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.watch(), NOTED_MS);
  }

  /** Takes up a secret that was made before, and is still held. */
  async takeUpFresh(): Promise<void> {
    const id = this.detail?.heldPairingId;
    if (!id || this.fresh) return;
    try {
      const receipt = (await openPairings.refresh()).find(({ pairingId }) => pairingId === id);
      if (receipt?.rotated && !this.#closed) this.fresh = new Handover(receipt);
    } catch {
      // It can still be used for a token; only showing it again is left out.
    }
  }

  /** Makes a second secret. */
  rotate(retireOldAfterSeconds: number | null): Promise<boolean> {
    return this.#do("rotate", async () => {
      const { receipt, client } = await call("rotate_oauth_secret", {
        clientId: this.clientId,
        retireOldAfterSeconds,
      });
      openPairings.put(receipt);
      this.fresh = new Handover(receipt);
      this.freshRetires = retireOldAfterSeconds;
      return client;
    });
  }

  /** Ends a secret now, later, or (null) not by date. */
  retire(secretId: string, afterSeconds: number | null): Promise<boolean> {
    return this.#do("retire", () => call("retire_oauth_secret", { clientId: this.clientId, secretId, afterSeconds }));
  }

  setEnabled(enabled: boolean): Promise<boolean> {
    return this.#do(enabled ? "enable" : "disable", () =>
      call("set_oauth_client_enabled", { clientId: this.clientId, enabled }),
    );
  }

  revokeTokens(): Promise<boolean> {
    return this.#do("revoke", () => call("revoke_oauth_tokens", { clientId: this.clientId }));
  }

  delete(confirmClientId: string): Promise<boolean> {
    return this.#do("delete", async () => {
      await call("delete_oauth_client", { clientId: this.clientId, confirmClientId });
      this.close();
      oauthClients.remove(this.clientId);
      return null;
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#onShow);
  }

  async #do(deed: Deed, work: () => Promise<OAuthClientDetail | null>): Promise<boolean> {
    if (this.doing) return false;
    this.doing = deed;
    this.failed = null;
    this.#round += 1;
    try {
      const detail = await work();
      this.#round += 1;
      if (detail && !this.#closed) this.#take(detail);
      return true;
    } catch (error) {
      this.failed = { deed, error: error as CallError };
      cockpit.suspect(this.failed.error);
      // Somebody else may have been faster: what is there now explains the refusal.
      if (!this.#closed) void this.read();
      return false;
    } finally {
      this.doing = null;
    }
  }

  #take(detail: OAuthClientDetail): void {
    clock.observe(detail.serverNow);
    this.detail = detail;
    this.readAt = Date.now();
    oauthClients.put(detail.row);
  }

  #onShow = (): void => {
    clearTimeout(this.#timer);
    if (!document.hidden && !this.#closed) void this.watch();
  };
}
