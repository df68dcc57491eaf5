import { call } from "../backend/index.ts";
import type { CallError, Form, PairingReceipt } from "../backend/types.ts";
import { clipboard } from "./clipboard.svelte.ts";
import { openPairings } from "./openPairings.svelte.ts";

/** Something to be handed over that the program holds: copied, saved, or said to be stored. */
export class Handover {
  receipt = $state.raw<PairingReceipt | null>(null);
  /** Copying or saving did not end well. */
  copyError = $state.raw<CallError | null>(null);
  /** The sentence under the copy button. */
  copied = $state<string | null>(null);
  acknowledged = $state(false);
  busy = $state(false);

  constructor(receipt: PairingReceipt | null = null) {
    this.receipt = receipt;
  }

  get id(): string | null {
    return this.receipt?.pairingId ?? null;
  }

  async copy(form: Form): Promise<void> {
    const receipt = this.receipt;
    if (!receipt || this.busy) return;
    this.busy = true;
    try {
      const outcome = await call("copy", { pairingId: receipt.pairingId, form });
      this.copyError = null;
      this.copied = clipboard.wrote(receipt.pairingId, form, outcome);
      if (outcome.clipboard === "written") this.#handOver();
    } catch (error) {
      this.copyError = error as CallError;
    } finally {
      this.busy = false;
    }
  }

  /** Answers where the file is, or nothing when the person cancelled. */
  async save(form: Form): Promise<string | null> {
    const receipt = this.receipt;
    if (!receipt || this.busy) return null;
    this.busy = true;
    try {
      const { savedTo } = await call("save_pairing", { pairingId: receipt.pairingId, form });
      this.copyError = null;
      if (savedTo !== null) this.#handOver();
      return savedTo;
    } catch (error) {
      this.copyError = error as CallError;
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** "I've stored the secret", and *Done*: the program forgets the value. */
  async acknowledge(): Promise<void> {
    const receipt = this.receipt;
    if (!receipt) return;
    try {
      await call("acknowledge_pairing", { pairingId: receipt.pairingId });
      this.acknowledged = true;
      openPairings.forget(receipt.pairingId);
    } catch (error) {
      this.copyError = error as CallError;
    }
  }

  #handOver(): void {
    if (!this.receipt) return;
    this.receipt = { ...this.receipt, handedOver: true };
    openPairings.renew(this.receipt);
  }
}
