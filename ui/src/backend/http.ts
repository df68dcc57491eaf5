import type { Backend } from "./calls.ts";
import { toCallError } from "./failure.ts";

/** `POST /call/{name}` to the host that served the page: development and tests in a plain browser. */
export const http: Backend = {
  hasEvents: false,
  async call(name, input, context) {
    try {
      const answer = await fetch(`/call/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ input, ...context }),
      });
      const body = await answer.json();
      if (!answer.ok) throw body;
      return body;
    } catch (thrown) {
      throw toCallError(thrown);
    }
  },
  on: () => () => undefined,
};
