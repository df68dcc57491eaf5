import { expect, test } from "vitest";
import type { ApplicationKyma } from "../backend/types.ts";
import { adaptation, knownBefore, secondStage } from "./adaptation.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute)).toISOString();
type Runtime = ApplicationKyma["runtimes"][number];

function runtime(more: Partial<Runtime> = {}): Runtime {
  return {
    name: "kyma",
    own: false,
    connectorUrl: "",
    eventsUrl: "",
    metadataUrl: "",
    token: null,
    certificate: null,
    expiredNow: false,
    ...more,
  };
}
function kyma(lastSeenAt: string | null, polls: number, more: Partial<Runtime> = {}): ApplicationKyma {
  return {
    applicationId: "a",
    name: "a",
    appName: "a",
    heartbeat: { lastSeenAt, polls, bucketSeconds: 3600, buckets: [] },
    runtimes: [runtime(more)],
    now: at(59),
  };
}
const certificate = (issuedAt: string, lastSeenAt: string | null = null): NonNullable<Runtime["certificate"]> => ({
  fingerprint: `of ${issuedAt}`,
  notBefore: issuedAt,
  notAfter: at(59),
  issuedAt,
  lastSeenAt,
  state: "valid",
});

test("after a move, a poll tells it and an event shows it", () => {
  const before = knownBefore(kyma(at(9), 7), "kyma", { seq: 40, at: at(9) });
  const change = { what: "move", since: at(10), before } as const;
  const look = (seen: string, polls: number, seq: number) =>
    adaptation(change, kyma(seen, polls), "kyma", { seq, at: at(12) });
  expect(look(at(9), 7, 40)).toEqual({ what: "move", state: "waiting", at: at(10) });
  expect(look(at(11), 8, 40)).toEqual({ what: "move", state: "told", at: at(11) });
  expect(look(at(11), 8, 41)).toEqual({ what: "move", state: "adapted", at: at(12) });
});

test("a poll in the very second of the change counts, and one when old polls are forgotten", () => {
  const change = { what: "move", since: at(10), before: knownBefore(kyma(at(9), 7), "kyma", null) } as const;
  expect(adaptation(change, kyma(at(10), 8), "kyma", null).state).toBe("told");
  expect(adaptation(change, kyma(at(10), 7), "kyma", null).state).toBe("waiting");
  expect(adaptation(change, kyma(at(11), 2), "kyma", null).state).toBe("told");
});

test("after an end by hand, a poll tells it and another certificate shows it", () => {
  const old = certificate(at(5));
  const before = knownBefore(kyma(at(9), 7, { certificate: old }), "kyma", null);
  const change = { what: "expire", since: at(10), before } as const;
  const look = (polls: number, of: Partial<Runtime>) => adaptation(change, kyma(at(9), polls, of), "kyma", null).state;
  expect(look(7, { certificate: { ...old, state: "expired" } })).toBe("waiting");
  expect(look(8, { certificate: { ...old, state: "expired" } })).toBe("told");
  expect(look(8, { certificate: certificate(at(10)) })).toBe("adapted");
});

test("the second pairing goes from token to events, and older certificates do not count", () => {
  const now = Date.parse(at(15));
  const token = { issuedAt: at(12), expiresAt: at(17), usedAt: null };
  expect(secondStage(runtime(), at(10), now)).toBe("waiting");
  expect(secondStage(runtime({ token }), at(10), now)).toBe("arrived");
  expect(secondStage(runtime({ token }), at(13), now)).toBe("waiting");
  expect(secondStage(runtime({ token }), at(10), Date.parse(at(17)))).toBe("expired");
  expect(secondStage(runtime({ token: { ...token, usedAt: at(13) } }), at(10), now)).toBe("used");
  expect(secondStage(runtime({ certificate: certificate(at(5)) }), at(10), now)).toBe("waiting");
  expect(secondStage(runtime({ certificate: certificate(at(13)) }), at(10), now)).toBe("paired");
  expect(secondStage(runtime({ certificate: certificate(at(13), at(14)) }), at(10), now)).toBe("events");
});
