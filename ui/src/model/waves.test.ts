import { describe, expect, it } from "vitest";
import type { PlanRow } from "../backend/types.ts";
import { countOf, doneOf, previewOf, waveSize } from "./waves.ts";

const row = (name: string, more: Partial<PlanRow> = {}): PlanRow => ({
  line: null,
  applicationId: `id-${name}`,
  name,
  problem: null,
  leftOut: false,
  ...more,
});

describe("a plan", () => {
  const rows = [
    row("a"),
    row("b", { problem: "already_paired" }),
    row("gone", { applicationId: null, problem: "missing", leftOut: true, line: 4 }),
    row("c", { problem: "managed" }),
    row("d", { problem: "managed" }),
  ];

  it("leaves out what is paired already until somebody wants it", () => {
    expect(previewOf(rows, false).ids).toEqual(["id-a", "id-c", "id-d"]);
    expect(previewOf(rows, true).ids).toEqual(["id-a", "id-b", "id-c", "id-d"]);
  });

  it("puts rows with the same trouble together", () => {
    expect(
      previewOf(rows, false).groups.map(({ problem, leftOut, rows: of }) => [problem, leftOut, of.length]),
    ).toEqual([
      ["missing", true, 1],
      ["managed", false, 2],
      ["already_paired", true, 1],
    ]);
  });
});

describe("a wave", () => {
  it.each([
    ["1", 1],
    [" 45 ", 45],
    ["500", 500],
    ["501", null],
    ["0", null],
    ["", null],
    ["4.5", null],
    ["-3", null],
    ["1e2", null],
  ])("of the size %j is %j", (text, size) => {
    expect(waveSize(text)).toBe(size);
  });

  it("is done where nothing more happens", () => {
    const counts = {
      planned: 1,
      requested: 2,
      handedOver: 3,
      redeemed: 4,
      signed: 5,
      paired: 6,
      expired: 7,
      failed: 8,
      skipped: 9,
    };
    expect(doneOf(counts)).toBe(30);
    expect(countOf(counts, "handed_over")).toBe(3);
    expect(countOf(counts, "signed")).toBe(5);
  });
});
