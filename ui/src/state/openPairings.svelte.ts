import { call } from "../backend/index.ts";
import type { OwnerKind, PairingReceipt } from "../backend/types.ts";
import { secondsLeft } from "../model/countdown.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** The pairings whose secret the program still holds, newest first: the list shows them as *waiting*. */
class OpenPairings {
  all = $state.raw<readonly PairingReceipt[]>([]);
  /** Those of the environment and tenant in force: the same ids may mean something else in another one. */
  here = $derived(
    this.all.filter(
      ({ environment, tenant }) => environment === cockpit.environment?.name && tenant === cockpit.environment.tenant,
    ),
  );
  #settled = new Set<string>();

  async refresh(): Promise<readonly PairingReceipt[]> {
    this.all = await call("open_pairings", {});
    return this.all;
  }

  put(receipt: PairingReceipt): void {
    const others = this.all.filter(
      ({ pairingId, systemAuthId, environment, tenant }) =>
        pairingId !== receipt.pairingId &&
        (!systemAuthId ||
          systemAuthId !== receipt.systemAuthId ||
          environment !== receipt.environment ||
          tenant !== receipt.tenant),
    );
    this.all = [receipt, ...others];
  }

  /** One of them is handed over by now; what belongs to a run of waves is not among them. */
  renew(receipt: PairingReceipt): void {
    this.all = this.all.map((known) => (known.pairingId === receipt.pairingId ? receipt : known));
  }

  forget(pairingId: string): void {
    this.all = this.all.filter((receipt) => receipt.pairingId !== pairingId);
  }

  /** The application has finished: nothing waits any more. */
  settle(pairingId: string): void {
    this.#settled.add(pairingId);
    this.all = [...this.all];
  }

  /** The pairing that somebody is expected to finish, if its token still lives. */
  waitingFor(ownerId: string, kind: OwnerKind = "application"): PairingReceipt | undefined {
    return this.here.find(
      (receipt) =>
        receipt.owner?.kind === kind &&
        receipt.owner.id === ownerId &&
        // A new secret of a client that exists already: nothing is being paired.
        !receipt.rotated &&
        !this.#settled.has(receipt.pairingId) &&
        (receipt.expiresAt === null || secondsLeft(receipt.expiresAt, clock.serverNow) > 0),
    );
  }

  /** Those here whose token lives, or which have none that ends. */
  get live(): PairingReceipt[] {
    return this.here.filter((receipt) => this.#lives(receipt));
  }

  /** Those of other environments and tenants that nobody has yet, or whose token lives. */
  get elsewhere(): PairingReceipt[] {
    return this.all.filter(
      (receipt) =>
        !this.here.includes(receipt) && (!receipt.handedOver || receipt.expiresAt !== null) && this.#lives(receipt),
    );
  }

  /** Wherever they belong: who closes the window loses them all. */
  get notHandedOver(): PairingReceipt[] {
    return this.all.filter((receipt) => !receipt.handedOver && this.#lives(receipt));
  }

  #lives({ pairingId, expiresAt }: PairingReceipt): boolean {
    return !this.#settled.has(pairingId) && (expiresAt === null || secondsLeft(expiresAt, clock.serverNow) > 0);
  }
}

export const openPairings = new OpenPairings();
