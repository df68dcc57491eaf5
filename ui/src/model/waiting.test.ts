import { describe, expect, it } from "vitest";
import { patienceMs } from "./waiting.ts";

describe("patience after a failure", () => {
  it("waits as long as the gateway asks for, within reason", () => {
    expect(patienceMs({ code: "rate_limited", retryAfterSeconds: 12 }, 1)).toBe(12_000);
    expect(patienceMs({ code: "rate_limited", retryAfterSeconds: 86_400 }, 1)).toBe(300_000);
    expect(patienceMs({ code: "rate_limited", retryAfterSeconds: 0 }, 1)).toBe(1000);
    expect(patienceMs({ code: "rate_limited" }, 1)).toBe(15_000);
  });

  it("tries a network that is away again and again, more and more seldom", () => {
    expect([1, 2, 3, 4, 5, 99].map((failures) => patienceMs({ code: "unreachable" }, failures))).toEqual([
      5000, 10_000, 20_000, 30_000, 30_000, 30_000,
    ]);
  });

  it("leaves everything else to the person", () => {
    expect(patienceMs({ code: "insufficient_scopes" }, 1)).toBeNull();
  });
});
