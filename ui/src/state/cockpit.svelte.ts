import { untrack } from "svelte";
import { failed } from "../backend/failure.ts";
import { backend, behind, call } from "../backend/index.ts";
import type { AppState, CallError, Settings } from "../backend/types.ts";
import { colourOf } from "../model/environmentColour.ts";
import { words } from "../words.ts";
import { clock } from "./clock.svelte.ts";
import { guard } from "./guard.svelte.ts";
import { notices } from "./notices.svelte.ts";
import { applyTheme } from "./theme.ts";

/** The program as a whole: its server, the environment in force, its settings. */
class Cockpit {
  app = $state.raw<AppState | null>(null);
  /** The program itself did not answer. */
  unreachable = $state.raw<CallError | null>(null);
  restarting = $state(false);
  /** When the server was last seen to be ready, on the local clock: the age of what is on the screen. */
  readyAt = $state<number | null>(null);

  environment = $derived(this.app?.environment ?? null);
  /** The server of this computer is in force, or nothing is known yet. */
  local = $derived(this.environment?.kind !== "remote");
  /** Certificates, OAuth clients, authority and Kyma are shown. */
  hasConsole = $derived(this.environment?.hasConsole ?? true);
  /** Counts the changes of environment and tenant: what was shown before belongs to another one. */
  view = $derived(this.app?.view ?? 1);
  /** As long as it is the same, so are the rows. The view counts other addresses of the same environment, too. */
  scope = $derived(this.environment ? `${this.view} ${this.environment.id} ${this.environment.tenant}` : "");

  /** Why nothing can be asked; the strip above the page says it, with what to do. */
  failure = $derived(this.unreachable ?? (this.local ? this.#serverFailure() : this.#remoteFailure()));
  ready = $derived(this.failure === null && (!this.local || this.app?.server.state === "ready"));
  /** Why nothing can be changed here, as a sentence; `null`: it can. */
  whyNot = $derived.by(() => {
    if (this.environment?.guard === "read_only") return words.frame.readOnly(this.environment.name);
    return this.ready ? null : (this.failure?.message ?? words.server.starting);
  });
  mayWrite = $derived(this.whyNot === null);
  /** What the person wants; the program's own word for it arrives with the state. */
  settings = $derived(
    this.app?.settings ?? ({ theme: "system", clipboardSeconds: 60, notifyDays: [30, 14, 7, 1] } satisfies Settings),
  );

  start(): () => void {
    behind({
      // Untracked: whoever calls in an effect must not be run again by every state that arrives.
      view: () => untrack(() => this.app?.view ?? null),
      changed: (inVain) => {
        if (inVain) notices.say(words.frame.undone(this.environment?.name ?? "", ""), "warning");
        void this.refresh();
      },
      confirm: (name, input) => guard.ask(name, input, this.environment),
    });
    const stop = backend.on("server-state", (state) => this.take(state));
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
      this.take(await call("app_state", {}));
    } catch (error) {
      this.unreachable = error as CallError;
    }
  }

  /** Starts the embedded server again; the outcome is in the state. */
  async restart(): Promise<void> {
    if (this.restarting) return;
    this.restarting = true;
    try {
      this.take(await call("restart_server", {}));
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

  /** The state as the program has just told it. */
  take(state: AppState): void {
    // An answer that was overtaken: it would show the environment before once more.
    if (this.app && state.view < this.app.view && !this.unreachable) return;
    this.unreachable = null;
    this.app = withLook(state);
    guard.see(this.environment);
    applyTheme(state.settings.theme);
    clock.observe(state.serverNow);
    if (this.ready) this.readyAt = Date.now();
  }

  #show(settings: Settings): void {
    applyTheme(settings.theme);
    if (this.app) this.app = { ...this.app, settings };
  }

  #serverFailure(): CallError | null {
    const server = this.app?.server;
    return server?.state === "failed" ? server.error : null;
  }

  #remoteFailure(): CallError | null {
    const environment = this.environment;
    if (!environment) return null;
    const { name, signIn, reach, tenant } = environment;
    if (signIn.stage !== "signed_in" && signIn.stage !== "not_needed") {
      return failed("sign_in_needed", words.frame.notSignedIn(name), "sign_in");
    }
    if (reach.stage === "lost") return reach.error ?? failed("unreachable", words.frame.lost(name), "retry");
    return tenant === "" ? failed("tenant_required", words.frame.noTenant, "choose_tenant") : null;
  }

  /** Milliseconds until the next question, or none when the program will tell by itself. */
  #nextLook(): number | null {
    if (this.unreachable) return 2000;
    if (this.local && this.app?.server.state === "starting") return 100;
    return backend.hasEvents ? null : 2000;
  }
}

/** The server of this computer is teal where nobody has chosen a colour. */
function withLook(state: AppState): AppState {
  const { environment } = state;
  return environment ? { ...state, environment: { ...environment, colour: colourOf(environment) } } : state;
}

const SERVER_GONE = new Set([
  "server_not_running",
  "unreachable",
  "timed_out",
  "unavailable",
  "window_disconnected",
  "intercepted",
  "untrusted_server",
  "sign_in_needed",
  "unauthorized",
  "vault_locked",
]);

export const cockpit = new Cockpit();
