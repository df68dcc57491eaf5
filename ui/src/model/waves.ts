import type { PlanProblem, PlanRow, WaveCounts, WaveStage } from "../backend/types.ts";

/** What the people who chose must know before they start. */
export type Preview = {
  /** Who will be paired, in the order of the plan. */
  ids: string[];
  /** Rows with the same trouble together, the ones that are left out first. */
  groups: { problem: PlanProblem; leftOut: boolean; rows: PlanRow[] }[];
};

const ORDER: PlanProblem[] = ["missing", "ambiguous", "duplicate", "managed", "already_paired"];

/** Pairing again what is paired already is rarely meant, so somebody has to say so. */
export function previewOf(rows: readonly PlanRow[], withPaired: boolean): Preview {
  const leftOut = (row: PlanRow) => row.leftOut || (row.problem === "already_paired" && !withPaired);
  const ids = rows.flatMap((row) => (row.applicationId !== null && !leftOut(row) ? [row.applicationId] : []));
  const groups = ORDER.flatMap((problem) => {
    const those = rows.filter((row) => row.problem === problem);
    const [first] = those;
    return first ? [{ problem, leftOut: leftOut(first), rows: those }] : [];
  });
  return { ids, groups };
}

/** As typed; `null` where it is no size. */
export function waveSize(text: string): number | null {
  const size = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
  return size >= 1 && size <= 500 ? size : null;
}

/** In the order in which an application passes them. */
export const STAGES: readonly WaveStage[] = [
  "planned",
  "requested",
  "handed_over",
  "redeemed",
  "signed",
  "paired",
  "expired",
  "failed",
  "skipped",
];

export function countOf(counts: WaveCounts, stage: WaveStage): number {
  return stage === "handed_over" ? counts.handedOver : counts[stage];
}

/** Those that nothing more happens to. */
export function doneOf({ paired, expired, failed, skipped }: WaveCounts): number {
  return paired + expired + failed + skipped;
}
