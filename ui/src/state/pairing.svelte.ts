import { call } from "../backend/index.ts";
import type { AuthType, AuthTypeOffer, CallError, Form, Owner, PairingReceipt, Progress } from "../backend/types.ts";
import { secondsLeft } from "../model/countdown.ts";
import { primaryForm } from "../model/forms.ts";
import { clipboard } from "./clipboard.svelte.ts";
import { clock } from "./clock.svelte.ts";
import { Handover } from "./handover.svelte.ts";
import { openPairings } from "./openPairings.svelte.ts";
import { watching } from "./watching.svelte.ts";

export type Phase = "loading" | "choosing" | "requesting" | "issued";
/** The asking did not end well: which words belong above the error. */
export type Trouble = { during: "offers" | "request" | "cancel"; error: CallError };

/** Pairing one application or runtime, from the choice to the finish. Lives as long as its page. */
export class Pairing extends Handover {
  readonly owner: Owner;
  phase = $state<Phase>("loading");
  offers = $state.raw<AuthTypeOffer[]>([]);
  type = $state<AuthType>("client_certificate");
  copyAtOnce = $state(false);
  trouble = $state.raw<Trouble | null>(null);
  requestedAt = $state(0);
  /** Somebody gave up waiting for an answer that may still come. */
  abandoned = $state<"waiting" | "arrived" | null>(null);

  progress = $derived(this.#id === null ? null : watching.of(this.#id));
  seenAt = $derived(this.#id === null ? {} : watching.seenAt(this.#id));
  left = $derived(this.#expiresAt === null ? null : secondsLeft(this.#expiresAt, clock.serverNow));
  stage = $derived(this.#stage());
  /** Nothing can come any more: the token is dead, or the pairing is over. */
  over = $derived(this.stage === "expired" || this.stage === "paired" || this.stage === "gone");

  #closed = false;
  #late: PairingReceipt | null = null;
  #request = 0;

  constructor(owner: Owner) {
    super();
    this.owner = owner;
  }

  /** Takes up an open pairing of the application, or offers the choice. Creates nothing. */
  async open(): Promise<void> {
    this.phase = "loading";
    this.trouble = null;
    try {
      const [offers] = await Promise.all([call("auth_types", { owner: this.owner }), openPairings.refresh()]);
      this.offers = offers;
      const first = offers.find((offer) => offer.available);
      if (first && !offers.some((offer) => offer.available && offer.type === this.type)) this.type = first.type;
      const receipt = openPairings.here.find(
        (candidate) => sameOwner(candidate.owner, this.owner) && !candidate.rotated,
      );
      if (receipt) this.#take(receipt);
      else this.phase = "choosing";
    } catch (error) {
      this.trouble = { during: "offers", error: error as CallError };
      this.phase = "choosing";
    }
  }

  /** The one place where something is created. A second call while one is under way does nothing. */
  async request(): Promise<void> {
    if (this.phase !== "choosing") return;
    await this.#ask(null, this.copyAtOnce ? primaryForm(this.type) : null);
  }

  /** A new token into the same place at the Director. */
  async getNewOne(): Promise<void> {
    if (this.phase !== "issued" || !this.receipt) return;
    await this.#ask(this.receipt.systemAuthId, null);
  }

  /** Stops waiting; the request itself can't be taken back. */
  abandon(): void {
    this.#request += 1;
    this.abandoned = "waiting";
    this.phase = this.receipt ? "issued" : "choosing";
  }

  /** Shows what arrived after somebody had given up. */
  takeLate(): void {
    if (this.#late) this.#take(this.#late);
  }

  /** The entry at the Director is deleted; then the choice is there again. */
  async cancel(): Promise<boolean> {
    const receipt = this.receipt;
    if (!receipt || this.busy) return false;
    this.busy = true;
    try {
      await call("cancel_pairing", { pairingId: receipt.pairingId });
      this.#reset();
      return true;
    } catch (error) {
      this.trouble = { during: "cancel", error: error as CallError };
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Back to the choice; what was finished stays as it is at the Director. */
  async pairAgain(): Promise<void> {
    await this.acknowledge();
    this.#reset();
  }

  close(): void {
    this.#closed = true;
    this.#request += 1;
  }

  async #ask(systemAuthId: string | null, copy: Form | null): Promise<void> {
    this.#request += 1;
    const request = this.#request;
    const type = this.receipt?.type ?? this.type;
    this.phase = "requesting";
    this.requestedAt = Date.now();
    this.trouble = null;
    this.copyError = null;
    this.abandoned = null;
    try {
      const receipt = await call("request_pairing", {
        owner: this.owner,
        type,
        systemAuthId,
        copy,
      });
      openPairings.put(receipt);
      watching.forget(receipt.pairingId);
      if (request === this.#request) {
        this.#take(receipt);
        if (receipt.clipboard && copy) this.copied = clipboard.wrote(receipt.pairingId, copy, receipt.clipboard);
      } else if (!this.#closed) {
        this.#late = receipt;
        this.abandoned = "arrived";
      }
    } catch (error) {
      // The answer was lost on the way: the program knows what came of it.
      if (this.#closed) openPairings.refresh().catch(() => undefined);
      else if (request !== this.#request) this.abandoned = null;
      if (request !== this.#request) return;
      this.trouble = { during: "request", error: error as CallError };
      this.phase = this.receipt ? "issued" : "choosing";
    }
  }

  #take(receipt: PairingReceipt): void {
    clock.observe(receipt.serverNow);
    this.#late = null;
    this.receipt = receipt;
    this.type = receipt.type;
    this.copied = null;
    this.trouble = null;
    this.copyError = null;
    this.abandoned = null;
    this.acknowledged = false;
    this.phase = "issued";
    watching.wake();
  }

  #reset(): void {
    if (this.receipt) openPairings.forget(this.receipt.pairingId);
    clipboard.forget();
    this.receipt = null;
    this.copied = null;
    this.trouble = null;
    this.copyError = null;
    this.abandoned = null;
    this.acknowledged = false;
    this.phase = "choosing";
  }

  get #id(): string | null {
    return this.receipt?.pairingId ?? null;
  }

  get #expiresAt(): string | null {
    return this.receipt?.expiresAt ?? null;
  }

  /** What the Director says; our own clock may only turn *waiting* into *expired*. */
  #stage(): Progress["stage"] {
    const stage = this.progress?.stage ?? "waiting";
    return stage === "waiting" && this.left === 0 ? "expired" : stage;
  }
}

function sameOwner(a: Owner | null, b: Owner): boolean {
  return a?.kind === b.kind && a.id === b.id;
}
