import type { AppState, CallName, Calls } from "./types.ts";

export type { CallName, Calls } from "./types.ts";

/** What the program tells the page without being asked. */
export type Events = { "server-state": AppState; "close-requested": unknown };

/** The program behind the page: the Tauri shell, or a test host over HTTP. */
export interface Backend {
  /** Rejects with a `CallError`, always. */
  call<Name extends CallName>(name: Name, input: Calls[Name]["input"]): Promise<Calls[Name]["output"]>;
  /** Answers a function that stops listening. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void;
  /** Without events the page has to ask for the state of the server now and then. */
  readonly hasEvents: boolean;
}
