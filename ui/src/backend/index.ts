import type { Backend } from "./calls.ts";
import { http } from "./http.ts";
import { tauri } from "./tauri.ts";

/** Inside the window there are Tauri internals; in a plain browser there are none. */
export const backend: Backend = "__TAURI_INTERNALS__" in window ? tauri : http;

export const call: Backend["call"] = (name, input) => backend.call(name, input);
