import type { Backend, CallName, Calls } from "./calls.ts";
import { failed } from "./failure.ts";
import { http } from "./http.ts";
import { tauri } from "./tauri.ts";
import type { CallError } from "./types.ts";

/** Inside the window there are Tauri internals; in a plain browser there are none. */
export const backend: Backend = "__TAURI_INTERNALS__" in window ? tauri : http;

/** What stands between the pages and the program. */
export interface Frame {
  /** What the pages show. */
  view(): number | null;
  /** Another environment or tenant is in force than the pages show; perhaps a write was confirmed in vain. */
  changed(inVain: boolean): void;
  /** Asks the person for a write in a guarded environment: what it says, or `null` for no. */
  confirm(name: CallName, input: Calls[CallName]["input"]): Promise<string | null>;
}

let frame: Frame | null = null;

/** To be said once, before the first call. */
export function behind(theFrame: Frame): void {
  frame = theFrame;
}

/** Rejects with a `CallError`, always; one of the codes in `QUIET` needs no words. */
export async function call<Name extends CallName>(
  name: Name,
  input: Calls[Name]["input"],
): Promise<Calls[Name]["output"]> {
  const view = frame?.view() ?? null;
  const output = await ask(name, input, view);
  if (view !== null && frame?.view() !== view && ROWS.test(name)) throw failed("view_changed", "");
  return output;
}

/** Their answers go into lists: rows of what was shown before must not get into those of another environment. */
const ROWS = /^(get|list|create|update)_/;

async function ask<Name extends CallName>(
  name: Name,
  input: Calls[Name]["input"],
  view: number | null,
  confirm: string | null = null,
): Promise<Calls[Name]["output"]> {
  try {
    return await backend.call(name, input, { view, confirm });
  } catch (thrown) {
    const error = thrown as CallError;
    if (error.code === "view_changed") frame?.changed(confirm !== null);
    if (error.code !== "confirmation_needed" || !frame || confirm !== null) throw error;
    const word = await frame.confirm(name, input);
    if (word === null) throw { ...error, code: "not_confirmed", message: "Nothing was changed.", hint: null };
    return ask(name, input, view, word);
  }
}

/** Failures that the person knows about: they said no themselves, or look at something else by now. */
export const QUIET: ReadonlySet<string> = new Set(["not_confirmed", "view_changed"]);
