import { backend, call } from "../backend/index.ts";
import type { AppState, CallError, Settings } from "../backend/types.ts";
import { clock } from "./clock.svelte.ts";
import { applyTheme } from "./theme.ts";

/** The program as a whole: its server, its environment, its settings. */
class Cockpit {
  app = $state.raw<AppState | null>(null);
  /** The program itself did not answer. */
  unreachable = $state.raw<CallError | null>(null);
  restarting = $state(false);
  /** When the server was last seen to be ready, on the local clock: the age of what is on the screen. */
  readyAt = $state<number | null>(null);

  environment = $derived(this.app?.environment ?? null);
  ready = $derived(this.app?.server.state === "ready" && this.unreachable === null);
  failure = $derived(this.unreachable ?? (this.app?.server.state === "failed" ? this.app.server.error : null));
  /** What the person wants; the program's own word for it arrives with the state. */
  settings = $derived(
    this.app?.settings ?? ({ theme: "system", clipboardSeconds: 60, notifyDays: [30, 14, 7, 1] } satisfies Settings),
  );

  start(): () => void {
    const stop = backend.on("server-state", (state) => this.#take(state));
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const ask = async () => {
      await this.refresh();
      const delay = this.#nextLook();
      if (delay !== null && !stopped) timer = setTimeout(ask, delay);
    };
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
      stop();
    };
  }

  async refresh(): Promise<void> {
    try {
      this.#take(await call("app_state", {}));
    } catch (error) {
      this.unreachable = error as CallError;
    }
  }

  /** Starts the embedded server again; the outcome is in the state. */
  async restart(): Promise<void> {
    if (this.restarting) return;
    this.restarting = true;
    try {
      this.#take(await call("restart_server", {}));
    } catch (error) {
      this.unreachable = error as CallError;
    } finally {
      this.restarting = false;
    }
  }

  /** Shows the change at once and takes it back when it could not be kept. */
  async change(settings: Settings): Promise<CallError | null> {
    const before = this.settings;
    this.#show(settings);
    try {
      this.#show(await call("set_settings", settings));
      return null;
    } catch (error) {
      this.#show(before);
      return error as CallError;
    }
  }

  /** A call failed in a way that may mean that the server is gone: ask. */
  suspect(error: CallError): void {
    if (SERVER_GONE.has(error.code)) void this.refresh();
  }

  #take(state: AppState): void {
    this.unreachable = null;
    this.app = state;
    applyTheme(state.settings.theme);
    clock.observe(state.serverNow);
    if (state.server.state === "ready") this.readyAt = Date.now();
  }

  #show(settings: Settings): void {
    applyTheme(settings.theme);
    if (this.app) this.app = { ...this.app, settings };
  }

  /** Milliseconds until the next question, or none when the program will tell by itself. */
  #nextLook(): number | null {
    if (this.unreachable) return 2000;
    if (this.app?.server.state === "starting") return 100;
    return backend.hasEvents ? null : 2000;
  }
}

const SERVER_GONE = new Set(["server_not_running", "unreachable", "timed_out", "unavailable", "window_disconnected"]);

export const cockpit = new Cockpit();
