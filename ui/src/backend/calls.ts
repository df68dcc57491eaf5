import type { AppState, CallName, Calls, WatchedPairing } from "./types.ts";

export type { CallName, Calls } from "./types.ts";

/** What the program tells the page without being asked. */
export type Events = {
  "server-state": AppState;
  "close-requested": unknown;
  /** Also for a pairing whose page is not open. */
  "pairing-progress": WatchedPairing;
};

/** What goes with a call: which view the page shows, and what its person confirmed. */
export type Context = {
  /** A call for another view than the one in force does nothing. */
  view: number | null;
  /** The name of the environment, for a write in one that is guarded. */
  confirm: string | null;
};

/** The program behind the page: the Tauri shell, or a test host over HTTP. */
export interface Backend {
  /** Rejects with a `CallError`, always. */
  call<Name extends CallName>(
    name: Name,
    input: Calls[Name]["input"],
    context: Context,
  ): Promise<Calls[Name]["output"]>;
  /** Answers a function that stops listening. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void;
  /** Without events the page has to ask for the state of the server now and then. */
  readonly hasEvents: boolean;
}
