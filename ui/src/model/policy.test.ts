import { describe, expect, it } from "vitest";
import type { Policy } from "../backend/types.ts";
import { fromDraft, overlapSeconds, subjectPreview, toDraft, toSeconds, toSpan, warningSeconds } from "./policy.ts";

const policy: Policy = {
  subject: { organization: "Kyma", organizationalUnit: "Local", locality: "Walldorf", province: "BW", country: "DE" },
  keys: { rsaMinimumBits: 2048, rsaMaximumBits: 4096, curves: ["P-256"] },
  lifetimes: { applicationSeconds: 7_776_000, runtimeSeconds: 86_400, testSeconds: 900 },
  thresholds: { warningDays: 30, warningPercent: 25 },
  revocationMode: "strict",
};

describe("a policy as fields", () => {
  it("comes back unchanged", () => {
    expect(fromDraft(toDraft(policy), "")).toEqual({ policy });
  });

  it("says every field that holds no number at once", () => {
    const draft = toDraft(policy);
    draft.rsaMinimumBits = "";
    draft.test.amount = "a few";
    draft.warningDays = "-1";
    expect(fromDraft(draft, "number")).toEqual({
      faults: [
        { field: "keys.rsaMinimumBits", message: "number" },
        { field: "lifetimes.testSeconds", message: "number" },
        { field: "thresholds.warningDays", message: "number" },
      ],
    });
  });

  it.each([
    [900, "15", "minute"],
    [86_400, "1", "day"],
    [90_000, "25", "hour"],
    [0, "0", "minute"],
  ] as const)("says %d seconds in whole units", (seconds, amount, unit) => {
    expect(toSpan(seconds)).toEqual({ amount, unit });
    expect(toSeconds({ amount, unit })).toBe(seconds);
  });
});

it("shows the subject in both notations, with what would divide it escaped", () => {
  const subject = { ...policy.subject, organization: "A/S, Ltd" };
  expect(subjectPreview(subject, "x")).toEqual({
    slash: "/O=A\\/S, Ltd/OU=Local/L=Walldorf/ST=BW/C=DE/CN=x",
    comma: "O=A/S\\, Ltd,OU=Local,L=Walldorf,ST=BW,C=DE,CN=x",
  });
});

it("warns by the smaller of days and share", () => {
  expect(warningSeconds(7_776_000, 30, 25)).toBe(1_944_000);
  expect(warningSeconds(7_776_000, 7, 25)).toBe(604_800);
});

it("counts the overlap from now, and takes no date that is past", () => {
  const now = 1_000_000_000_000;
  expect(overlapSeconds("week", null, now)).toBe(604_800);
  expect(overlapSeconds("0", null, now)).toBe(0);
  expect(overlapSeconds("day", now + 1500, now)).toBe(1);
  expect(overlapSeconds("day", now - 1, now)).toBeNull();
  expect(overlapSeconds("day", null, now)).toBeNull();
});
