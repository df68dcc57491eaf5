import { call } from "../backend/index.ts";
import type { AuthType, AuthTypeOffer, CallError, Form, PairingReceipt, Progress } from "../backend/types.ts";
import { secondsLeft } from "../model/countdown.ts";
import { primaryForm } from "../model/forms.ts";
import { clipboard } from "./clipboard.svelte.ts";
import { clock } from "./clock.svelte.ts";
import { Handover } from "./handover.svelte.ts";
import { openPairings } from "./openPairings.svelte.ts";

/** How often the Director is asked while the page is visible. */
const POLL_MS = 2000;
/** An expired token is watched a little longer: the application may have used it in its last second. */
const AFTER_EXPIRY_MS = 30_000;

export type Phase = "loading" | "choosing" | "requesting" | "issued";
/** The asking did not end well: which words belong above the error. */
export type Trouble = { during: "offers" | "request" | "cancel"; error: CallError };

/** Pairing one application, from the choice to the finish. Lives as long as its page. */
export class Pairing extends Handover {
  readonly applicationId: string;
  phase = $state<Phase>("loading");
  offers = $state.raw<AuthTypeOffer[]>([]);
  type = $state<AuthType>("client_certificate");
  copyAtOnce = $state(false);
  progress = $state.raw<Progress | null>(null);
  /** When each stage was first seen here, on the server's clock. */
  seenAt = $state<Partial<Record<Progress["stage"], string>>>({});
  trouble = $state.raw<Trouble | null>(null);
  /** The last polls failed: what is on the screen is old. */
  pollError = $state.raw<CallError | null>(null);
  requestedAt = $state(0);
  /** Somebody gave up waiting for an answer that may still come. */
  abandoned = $state<"waiting" | "arrived" | null>(null);

  left = $derived(this.#expiresAt === null ? null : secondsLeft(this.#expiresAt, clock.serverNow));
  stage = $derived(this.#stage());
  /** Nothing can come any more: the token is dead, or the pairing is over. */
  over = $derived(this.stage === "expired" || this.stage === "paired" || this.stage === "gone");

  #poll: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #late: PairingReceipt | null = null;
  #request = 0;

  constructor(applicationId: string) {
    super();
    this.applicationId = applicationId;
  }

  /** Takes up an open pairing of the application, or offers the choice. Creates nothing. */
  async open(): Promise<void> {
    this.phase = "loading";
    this.trouble = null;
    try {
      const [offers, open] = await Promise.all([
        call("auth_types", { applicationId: this.applicationId }),
        openPairings.refresh(),
      ]);
      this.offers = offers;
      const first = offers.find((offer) => offer.available);
      if (first && !offers.some((offer) => offer.available && offer.type === this.type)) this.type = first.type;
      const receipt = open.find((candidate) => candidate.applicationId === this.applicationId && !candidate.rotated);
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
    this.#watch();
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
    clearTimeout(this.#poll);
    document.removeEventListener("visibilitychange", this.#onShow);
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
    clearTimeout(this.#poll);
    try {
      const receipt = await call("request_pairing", {
        applicationId: this.applicationId,
        type,
        systemAuthId,
        copy,
      });
      openPairings.put(receipt);
      if (request === this.#request) {
        this.#take(receipt);
        if (receipt.clipboard && copy) this.copied = clipboard.wrote(receipt.pairingId, copy, receipt.clipboard);
      } else if (!this.#closed) {
        this.#late = receipt;
        this.abandoned = "arrived";
      }
    } catch (error) {
      if (request !== this.#request) return;
      this.trouble = { during: "request", error: error as CallError };
      this.phase = this.receipt ? "issued" : "choosing";
      this.#watch();
    }
  }

  #take(receipt: PairingReceipt): void {
    clock.observe(receipt.serverNow);
    this.#late = null;
    this.receipt = receipt;
    this.type = receipt.type;
    this.progress = null;
    this.seenAt = {};
    this.copied = null;
    this.trouble = null;
    this.copyError = null;
    this.pollError = null;
    this.abandoned = null;
    this.acknowledged = false;
    this.phase = "issued";
    document.addEventListener("visibilitychange", this.#onShow);
    this.#watch();
  }

  #reset(): void {
    clearTimeout(this.#poll);
    if (this.receipt) openPairings.forget(this.receipt.pairingId);
    clipboard.forget();
    this.receipt = null;
    this.progress = null;
    this.copied = null;
    this.trouble = null;
    this.copyError = null;
    this.abandoned = null;
    this.acknowledged = false;
    this.phase = "choosing";
  }

  get #expiresAt(): string | null {
    return this.receipt?.expiresAt ?? null;
  }

  /** What the Director says; our own clock may only turn *waiting* into *expired*. */
  #stage(): Progress["stage"] {
    const stage = this.progress?.stage ?? "waiting";
    return stage === "waiting" && this.left === 0 ? "expired" : stage;
  }

  #onShow = (): void => {
    if (!document.hidden) this.#watch();
  };

  #watch(): void {
    clearTimeout(this.#poll);
    if (this.#closed || this.phase !== "issued" || document.hidden) return;
    this.#poll = setTimeout(() => void this.#look(), this.progress === null ? 0 : POLL_MS);
  }

  async #look(): Promise<void> {
    const receipt = this.receipt;
    if (!receipt) return;
    try {
      const progress = await call("pairing_progress", { pairingId: receipt.pairingId });
      if (this.#closed || receipt.pairingId !== this.receipt?.pairingId) return;
      clock.observe(progress.serverNow);
      this.pollError = null;
      this.progress = progress;
      if (!this.seenAt[progress.stage]) this.seenAt = { ...this.seenAt, [progress.stage]: stageTime(progress) };
      if (progress.stage === "paired") openPairings.settle(receipt.pairingId);
    } catch (error) {
      if (this.#closed || receipt.pairingId !== this.receipt?.pairingId) return;
      this.pollError = error as CallError;
    }
    if (!this.#finished()) this.#watch();
  }

  #finished(): boolean {
    if (this.progress?.stage === "paired" || this.progress?.stage === "gone") return true;
    if (this.stage !== "expired" || this.#expiresAt === null) return false;
    return clock.serverNow > Date.parse(this.#expiresAt) + AFTER_EXPIRY_MS;
  }
}

/** The Director's own time of a stage where it has one, else the time at which it was seen. */
function stageTime({ stage, usedAt, tokenCreatedAt, serverNow }: Progress): string {
  if (stage === "configuration_fetched") return tokenCreatedAt ?? serverNow;
  if (stage === "no_answer") return usedAt ?? serverNow;
  return serverNow;
}
