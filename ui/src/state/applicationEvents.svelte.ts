import { call } from "../backend/index.ts";
import type { CallError, EventDetail, EventRing, ReceivedEvent } from "../backend/types.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { LookedAt } from "./lookedAt.svelte.ts";
import { whileVisible } from "./whileVisible.ts";

const LOOK_MS = 2000;
/** As many as a person looks through before they turn the page; a long list is never in the page as a whole. */
export const EVENTS_A_PAGE = 50;

/** What an application sent, page by page; the newest page is live. */
export class ApplicationEvents {
  readonly id: string;
  rows = $state.raw<readonly ReceivedEvent[] | null>(null);
  ring = $state.raw<EventRing | null>(null);
  error = $state.raw<CallError | null>(null);
  /** Off: the rows stand still, and what has come since is only counted. */
  live = $state(true);
  /** How many have come that are not shown; a whole page of them may be more. */
  fresh = $state(0);
  readonly looked = new LookedAt<number, EventDetail>((seq) =>
    call("application_event", { applicationId: this.id, seq }),
  );
  /** Where the page begins: behind these numbers, one for each page before this one. */
  #behind = $state.raw<readonly number[]>([]);
  #seen = 0;
  #turn = 0;

  first = $derived(this.#behind.length === 0);
  /** A full page may have another one behind it. */
  more = $derived((this.rows?.length ?? 0) === EVENTS_A_PAGE);

  constructor(id: string) {
    this.id = id;
  }

  start(): () => void {
    return whileVisible(() => this.look(), LOOK_MS);
  }

  /** Shows what is new on the newest page; counts it on the others. */
  async look(newest = false): Promise<void> {
    const turn = this.#turn;
    try {
      const page = await call("application_events", { applicationId: this.id, before: null, first: EVENTS_A_PAGE });
      if (turn !== this.#turn) return;
      clock.observe(page.now);
      this.ring = page.ring;
      this.error = null;
      if (newest) this.#behind = [];
      if (newest || this.rows === null || (this.first && this.live)) this.#show(page.events);
      else this.fresh = page.events.filter(({ seq }) => seq > this.#seen).length;
      // What is shown of an event changes while it is delivered.
      const shown = page.events.find(({ seq }) => seq === this.looked.key);
      const { detail } = this.looked;
      if (shown && detail) this.looked.detail = { ...detail, event: shown };
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = thrown as CallError;
      cockpit.suspect(this.error);
    }
  }

  async toNewest(): Promise<void> {
    this.#turn += 1;
    await this.look(true);
  }

  async pause(): Promise<void> {
    this.live = !this.live;
    if (this.live) await this.toNewest();
  }

  async older(): Promise<void> {
    const last = this.rows?.at(-1);
    if (last) await this.#turnTo([...this.#behind, last.seq]);
  }

  async newer(): Promise<void> {
    if (this.#behind.length > 1) await this.#turnTo(this.#behind.slice(0, -1));
    else await this.toNewest();
  }

  #show(rows: readonly ReceivedEvent[]): void {
    this.rows = rows;
    this.#seen = Math.max(this.#seen, rows[0]?.seq ?? 0);
    this.fresh = 0;
  }

  async #turnTo(behind: readonly number[]): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const before = behind.at(-1) ?? null;
    try {
      const page = await call("application_events", { applicationId: this.id, before, first: EVENTS_A_PAGE });
      if (turn !== this.#turn) return;
      this.#behind = behind;
      this.rows = page.events;
      this.ring = page.ring;
      this.error = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = thrown as CallError;
      cockpit.suspect(this.error);
    }
  }
}
