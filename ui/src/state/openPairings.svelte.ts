import { call } from "../backend/index.ts";
import type { PairingReceipt } from "../backend/types.ts";
import { secondsLeft } from "../model/countdown.ts";
import { clock } from "./clock.svelte.ts";

/** The pairings whose secret the program still holds, newest first: the list shows them as *waiting*. */
class OpenPairings {
  all = $state.raw<readonly PairingReceipt[]>([]);
  #settled = new Set<string>();

  async refresh(): Promise<readonly PairingReceipt[]> {
    this.all = await call("open_pairings", {});
    return this.all;
  }

  put(receipt: PairingReceipt): void {
    const others = this.all.filter(
      ({ pairingId, systemAuthId }) =>
        pairingId !== receipt.pairingId && (systemAuthId === "" || systemAuthId !== receipt.systemAuthId),
    );
    this.all = [receipt, ...others];
  }

  forget(pairingId: string): void {
    this.all = this.all.filter((receipt) => receipt.pairingId !== pairingId);
  }

  /** The application has finished: nothing waits any more. */
  settle(pairingId: string): void {
    this.#settled.add(pairingId);
    this.all = [...this.all];
  }

  /** The pairing an application is expected to finish, if its token still lives. */
  waitingFor(applicationId: string): PairingReceipt | undefined {
    return this.all.find(
      (receipt) =>
        receipt.applicationId === applicationId &&
        // A new secret of a client that exists already: nothing is being paired.
        !receipt.rotated &&
        !this.#settled.has(receipt.pairingId) &&
        (receipt.expiresAt === null || secondsLeft(receipt.expiresAt, clock.serverNow) > 0),
    );
  }

  get notHandedOver(): PairingReceipt[] {
    return this.all.filter(
      (receipt) =>
        !receipt.handedOver &&
        !this.#settled.has(receipt.pairingId) &&
        (receipt.expiresAt === null || secondsLeft(receipt.expiresAt, clock.serverNow) > 0),
    );
  }
}

export const openPairings = new OpenPairings();
