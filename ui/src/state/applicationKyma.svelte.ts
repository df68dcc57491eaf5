import { call } from "../backend/index.ts";
import type { ApplicationKyma as Answer, CallError } from "../backend/types.ts";
import { type Adaptation, adaptation, type Change, knownBefore, type LastEvent } from "../model/adaptation.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { whileVisible } from "./whileVisible.ts";

const CALM_MS = 5000;
/** While somebody waits for the application to do something. */
const EAGER_MS = 2000;

/** What was done to runtimes in this run, for each application that was looked at then. */
class Changes {
  #known = $state.raw<Record<string, Change>>({});

  add(applicationId: string, runtime: string, change: Change): void {
    this.#known = { ...this.#known, [`${change.what} ${applicationId} ${runtime}`]: change };
  }

  of(applicationId: string, runtime: string): Change[] {
    const found = [`move ${applicationId} ${runtime}`, `expire ${applicationId} ${runtime}`];
    return found.map((key) => this.#known[key]).filter((change) => change !== undefined);
  }
}

const changes = new Changes();

/** An application as old Kyma sees it, read again and again while somebody looks. */
export class ApplicationKyma {
  readonly id: string;
  answer = $state.raw<Answer | null>(null);
  /** The last reading failed; what is on the screen is from `readAt`. */
  error = $state.raw<CallError | null>(null);
  readAt = $state(0);
  /** What is being done to a runtime at the moment. */
  busy = $state<string | null>(null);
  failure = $state.raw<CallError | null>(null);
  /** Newest event by runtime, looked up only when a move is watched. */
  #lastEvents = $state.raw<Record<string, LastEvent>>({});
  readonly #eager: boolean;

  constructor(id: string, eager = false) {
    this.id = id;
    this.#eager = eager;
  }

  start(): () => void {
    return whileVisible(async () => {
      const old = Date.now() - this.readAt > CALM_MS - EAGER_MS / 2;
      if (old || this.#eager || this.#watches()) await this.read();
    }, EAGER_MS);
  }

  async read(): Promise<void> {
    try {
      const answer = await call("application_kyma", { applicationId: this.id });
      clock.observe(answer.now);
      this.answer = answer;
      this.error = null;
      this.readAt = Date.now();
      if (this.#waitsForEvents()) await this.#lookForEvents();
    } catch (thrown) {
      this.error = thrown as CallError;
      cockpit.suspect(this.error);
    }
  }

  /** What was done to a runtime, and how far the application has followed. */
  adaptations(runtime: string): Adaptation[] {
    const { answer } = this;
    if (!answer) return [];
    return changes
      .of(this.id, runtime)
      .map((change) => adaptation(change, answer, runtime, this.#lastEvents[runtime] ?? null));
  }

  async changeEventUrl(runtime: string): Promise<void> {
    await this.#do(`move ${runtime}`, async () => {
      await this.#lookForEvents();
      const before = knownBefore(this.answer, runtime, this.#lastEvents[runtime] ?? null);
      const { now } = await call("move_runtime", { runtime });
      changes.add(this.id, runtime, { what: "move", since: now, before });
    });
  }

  /** Answers how many certificates have ended, or nothing when it failed. */
  async expire(runtime: string): Promise<number | null> {
    let ended: number | null = null;
    await this.#do(`expire ${runtime}`, async () => {
      const before = knownBefore(this.answer, runtime, null);
      const since = new Date(clock.serverNow).toISOString();
      const { expired } = await call("expire_runtime_certificates", { applicationId: this.id, runtime });
      ended = expired;
      if (expired > 0) changes.add(this.id, runtime, { what: "expire", since, before });
    });
    return ended;
  }

  async #do(what: string, act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = what;
    this.failure = null;
    try {
      // What is known from before must not be older than the change itself.
      await this.read();
      await act();
      await this.read();
    } catch (thrown) {
      this.failure = thrown as CallError;
      cockpit.suspect(this.failure);
    } finally {
      this.busy = null;
    }
  }

  #watches(): boolean {
    return this.answer?.runtimes.some(({ name }) => this.#waits(name)) ?? false;
  }

  #waits(runtime: string): boolean {
    return this.adaptations(runtime).some(({ state }) => state !== "adapted");
  }

  #waitsForEvents(): boolean {
    return (
      this.answer?.runtimes.some(({ name }) =>
        this.adaptations(name).some(({ what, state }) => what === "move" && state !== "adapted"),
      ) ?? false
    );
  }

  async #lookForEvents(): Promise<void> {
    try {
      const { events } = await call("application_events", { applicationId: this.id, before: null, first: 50 });
      const last: Record<string, LastEvent> = {};
      for (const { runtime, seq, receivedAt } of events) last[runtime] ??= { seq, at: receivedAt };
      this.#lastEvents = last;
    } catch {
      // The next look asks again; the events' own tab says what is wrong.
    }
  }
}
