import type { CallError, ErrorAction } from "./types.ts";

/** Whatever a transport threw, as the one error type of the page. */
export function toCallError(thrown: unknown): CallError {
  if (isCallError(thrown)) return thrown;
  return {
    code: "window_disconnected",
    message: "The window can't reach the program behind it.",
    hint: "Try again. If that does not help, close the window and start it again.",
    detail: describe(thrown),
    action: "retry",
    retryAfterSeconds: null,
    correlationId: "",
  };
}

/** A failure that nobody but the page itself knows of. */
export function failed(code: string, message: string, action: ErrorAction | null = null): CallError {
  return { code, message, hint: null, detail: null, action, retryAfterSeconds: null, correlationId: "" };
}

export function isCallError(value: unknown): value is CallError {
  return (
    typeof value === "object" && value !== null && "code" in value && "message" in value && "correlationId" in value
  );
}

function describe(thrown: unknown): string {
  if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
  return typeof thrown === "string" ? thrown : JSON.stringify(thrown);
}
