import { call, QUIET } from "../backend/index.ts";
import type { CallError, WaveHand, WavePlan, WaveRow, WaveRun, WaveStage } from "../backend/types.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { whileVisible } from "./whileVisible.ts";

const LOOK_MS = 1000;
/** As many as a person looks through before they ask for more. */
const ROWS = 50;

type Deed = "pause_waves" | "resume_waves" | "stop_waves" | "retry_waves" | "next_wave_application";

/** Pairing many applications. The run is the program's: it goes on when this page is left. */
class Waves {
  /** What was typed or dropped; kept when the page is left. */
  csv = $state("");
  hand = $state<WaveHand>("by_hand");
  size = $state("");
  withPaired = $state(false);
  plan = $state.raw<WavePlan | null>(null);
  planning = $state(false);
  planError = $state.raw<CallError | null>(null);

  run = $state.raw<WaveRun | null>(null);
  /** It was looked whether there is a run. */
  known = $state(false);
  runError = $state.raw<CallError | null>(null);
  /** A deed did not end well. */
  failed = $state.raw<CallError | null>(null);
  busy = $state(false);

  stage = $state<WaveStage | null>(null);
  rows = $state.raw<readonly WaveRow[]>([]);
  rowTotal = $state(0);
  #wanted = ROWS;
  #planRound = 0;

  start(): () => void {
    return whileVisible(() => this.look(), LOOK_MS);
  }

  async look(): Promise<void> {
    try {
      const run = await call("wave_run", {});
      this.#take(run);
      if (run) await this.readRows();
    } catch (error) {
      this.runError = error as CallError;
      cockpit.suspect(this.runError);
    }
  }

  async check(ids: readonly string[]): Promise<void> {
    this.#planRound += 1;
    const round = this.#planRound;
    this.planError = null;
    const csv = this.csv.trim() === "" ? null : this.csv;
    if (ids.length === 0 && csv === null) {
      this.plan = null;
      return;
    }
    this.planning = true;
    try {
      const plan = await call("plan_waves", { applicationIds: [...ids], csv });
      if (round === this.#planRound) this.plan = plan;
    } catch (error) {
      if (round !== this.#planRound) return;
      this.plan = null;
      this.planError = error as CallError;
      cockpit.suspect(this.planError);
    } finally {
      if (round === this.#planRound) this.planning = false;
    }
  }

  /** Says whether it has begun: a folder may not have been chosen. */
  async begin(applicationIds: string[], waveSize: number): Promise<boolean> {
    let begun = false;
    await this.#act(async () => {
      const run = await call("start_waves", { applicationIds, hand: this.hand, waveSize });
      begun = run !== null;
      if (!run) return;
      this.#take(run);
      // Who begins by hand wants the first turn at once.
      if (run.hand === "by_hand") this.#take(await call("next_wave_application", {}));
    });
    if (begun) {
      this.csv = "";
      this.plan = null;
      this.size = "";
      this.show(null);
    }
    return begun;
  }

  async deed(name: Deed): Promise<void> {
    await this.#act(async () => {
      this.#take(await call(name, {}));
      await this.readRows();
    });
  }

  async discard(): Promise<void> {
    await this.#act(async () => {
      await call("discard_waves", {});
      this.run = null;
      this.rows = [];
    });
  }

  /** Answers where the report is, or nothing when the person cancelled. */
  async report(form: "csv" | "json"): Promise<string | null> {
    let path: string | null = null;
    await this.#act(async () => {
      path = (await call("save_wave_report", { form })).savedTo;
    });
    return path;
  }

  show(stage: WaveStage | null): void {
    this.stage = stage;
    this.#wanted = ROWS;
    void this.readRows().catch(() => undefined);
  }

  async more(): Promise<void> {
    this.#wanted += ROWS;
    await this.readRows();
  }

  async readRows(): Promise<void> {
    const { stage } = this;
    const found: WaveRow[] = [];
    let total = 0;
    while (found.length < this.#wanted) {
      const page = await call("wave_rows", {
        stage,
        from: found.length,
        first: Math.min(500, this.#wanted - found.length),
      });
      total = page.total;
      found.push(...page.rows);
      if (page.rows.length === 0 || found.length >= total) break;
    }
    if (stage !== this.stage) return;
    this.rows = found;
    this.rowTotal = total;
  }

  #take(run: WaveRun | null): void {
    this.known = true;
    this.runError = null;
    this.run = run;
  }

  async #act(what: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failed = null;
    try {
      await what();
    } catch (error) {
      const failure = error as CallError;
      if (!QUIET.has(failure.code)) this.failed = failure;
      cockpit.suspect(failure);
    } finally {
      this.busy = false;
    }
  }
}

export const waves = new Waves();
