import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./calls.ts";
import { toCallError } from "./failure.ts";

/** Each call is one Tauri command of the same name that takes `{ input, view, confirm }`. */
export const tauri: Backend = {
  hasEvents: true,
  async call(name, input, context) {
    try {
      return await invoke(name, { input, ...context });
    } catch (thrown) {
      throw toCallError(thrown);
    }
  },
  on(name, listener) {
    const listening = listen(name, (event) => listener(event.payload as Parameters<typeof listener>[0]));
    return () => void listening.then((stop) => stop());
  },
};
