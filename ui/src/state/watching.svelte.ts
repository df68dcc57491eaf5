import { backend, call } from "../backend/index.ts";
import type { CallError, PairingReceipt, Progress, WatchedPairing } from "../backend/types.ts";
import { applications } from "./applications.svelte.ts";
import { clock } from "./clock.svelte.ts";
import { openPairings } from "./openPairings.svelte.ts";
import { whileVisible } from "./whileVisible.ts";

/** How often the program is asked what it has seen while the window is visible; the Director is its business. */
const LOOK_MS = 2000;
/** An expired token is watched a little longer: the application may have used it in its last second. */
const AFTER_EXPIRY_MS = 30_000;

type Stage = Progress["stage"];
/** When each stage was first seen, on the server's clock. */
export type SeenAt = Partial<Record<Stage, string>>;

/**
 * How far the open pairings have come. The program asks the Director about all of them at once and tells the page; a
 * page that is left and returned to finds here what happened meanwhile.
 */
class Watching {
  #progress = $state.raw<ReadonlyMap<string, Progress>>(new Map());
  #seen = $state.raw<ReadonlyMap<string, SeenAt>>(new Map());
  /** The last look failed: what is known is old. */
  error = $state.raw<CallError | null>(null);
  #stop: (() => void) | null = null;
  #listening = false;

  of(pairingId: string): Progress | null {
    return this.#progress.get(pairingId) ?? null;
  }

  seenAt(pairingId: string): SeenAt {
    return this.#seen.get(pairingId) ?? {};
  }

  /** There is something to be watched. */
  wake(): void {
    if (!this.#listening) {
      this.#listening = true;
      backend.on("pairing-progress", (watched) => this.#take(watched));
      document.addEventListener("visibilitychange", tellVisible);
      tellVisible();
    }
    this.#stop ??= whileVisible(() => this.#look(), LOOK_MS);
  }

  /** The same pairing begins anew. */
  forget(pairingId: string): void {
    this.#progress = without(this.#progress, pairingId);
    this.#seen = without(this.#seen, pairingId);
  }

  #rest(): void {
    this.#stop?.();
    this.#stop = null;
  }

  async #look(): Promise<void> {
    if (!openPairings.all.some((receipt) => this.#alive(receipt))) {
      this.#rest();
      return;
    }
    try {
      const { pairings, error } = await call("watched_pairings", {});
      this.error = error;
      for (const watched of pairings) this.#take(watched);
    } catch (error) {
      this.error = error as CallError;
    }
  }

  #take({ pairingId, progress }: WatchedPairing): void {
    if (!progress) return;
    clock.observe(progress.serverNow);
    this.#progress = new Map(this.#progress).set(pairingId, progress);
    const seen = this.seenAt(pairingId);
    if (!seen[progress.stage]) {
      this.#seen = new Map(this.#seen).set(pairingId, { ...seen, [progress.stage]: stageTime(progress) });
    }
    if (progress.stage === "paired") openPairings.settle(pairingId);
    const owner = openPairings.here.find((receipt) => receipt.pairingId === pairingId)?.owner;
    if (owner?.kind === "application") applications.learn(owner.id, progress.condition, progress.serverNow);
  }

  /** Something can still come. */
  #alive({ pairingId, expiresAt, rotated }: PairingReceipt): boolean {
    const stage = this.of(pairingId)?.stage;
    if (rotated || stage === "paired" || stage === "gone") return false;
    return expiresAt === null || clock.serverNow < Date.parse(expiresAt) + AFTER_EXPIRY_MS;
  }
}

/** The program asks the Director less often for a window that nobody sees. */
function tellVisible(): void {
  call("set_visible", { visible: !document.hidden }).catch(() => undefined);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const left = new Map(map);
  left.delete(key);
  return left;
}

/** The Director's own time of a stage where it has one, else the time at which it was seen. */
function stageTime({ stage, usedAt, tokenCreatedAt, serverNow }: Progress): string {
  if (stage === "configuration_fetched") return tokenCreatedAt ?? serverNow;
  if (stage === "no_answer") return usedAt ?? serverNow;
  return serverNow;
}

export const watching = new Watching();
