import type { Policy, PolicyFault } from "../backend/types.ts";

/** Units in which people think of lifetimes; the policy counts seconds. */
export type SpanUnit = "minute" | "hour" | "day";
export type Span = { amount: string; unit: SpanUnit };

const SECONDS: Record<SpanUnit, number> = { minute: 60, hour: 3600, day: 86_400 };

/** The largest unit that says it in a whole number. */
export function toSpan(seconds: number): Span {
  const unit = (["day", "hour", "minute"] as const).find(
    (unit) => seconds >= SECONDS[unit] && seconds % SECONDS[unit] === 0,
  );
  return { amount: String(Math.max(0, seconds) / SECONDS[unit ?? "minute"]), unit: unit ?? "minute" };
}

export function toSeconds({ amount, unit }: Span): number | null {
  const value = toNumber(amount);
  return value === null ? null : value * SECONDS[unit];
}

/** A whole number that is not negative, as somebody typed it. */
export function toNumber(text: string): number | null {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}

/** The policy as the fields of a form hold it. */
export type Draft = {
  subject: Policy["subject"];
  rsaMinimumBits: string;
  rsaMaximumBits: string;
  curves: string[];
  application: Span;
  runtime: Span;
  test: Span;
  warningDays: string;
  warningPercent: string;
  revocationMode: Policy["revocationMode"];
};

export function toDraft(policy: Policy): Draft {
  return {
    subject: { ...policy.subject },
    rsaMinimumBits: String(policy.keys.rsaMinimumBits),
    rsaMaximumBits: String(policy.keys.rsaMaximumBits),
    curves: [...policy.keys.curves],
    application: toSpan(policy.lifetimes.applicationSeconds),
    runtime: toSpan(policy.lifetimes.runtimeSeconds),
    test: toSpan(policy.lifetimes.testSeconds),
    warningDays: String(policy.thresholds.warningDays),
    warningPercent: String(policy.thresholds.warningPercent),
    revocationMode: policy.revocationMode,
  };
}

/** The policy, or every field that holds no number at once: only the server judges the numbers. */
export function fromDraft(draft: Draft, notNumber: string): { policy: Policy } | { faults: PolicyFault[] } {
  const faults: PolicyFault[] = [];
  const need = (value: number | null, field: string): number => {
    if (value === null) faults.push({ field, message: notNumber });
    return value ?? 0;
  };
  const policy: Policy = {
    subject: { ...draft.subject },
    keys: {
      rsaMinimumBits: need(toNumber(draft.rsaMinimumBits), "keys.rsaMinimumBits"),
      rsaMaximumBits: need(toNumber(draft.rsaMaximumBits), "keys.rsaMaximumBits"),
      curves: [...draft.curves],
    },
    lifetimes: {
      applicationSeconds: need(toSeconds(draft.application), "lifetimes.applicationSeconds"),
      runtimeSeconds: need(toSeconds(draft.runtime), "lifetimes.runtimeSeconds"),
      testSeconds: need(toSeconds(draft.test), "lifetimes.testSeconds"),
    },
    thresholds: {
      warningDays: need(toNumber(draft.warningDays), "thresholds.warningDays"),
      warningPercent: need(toNumber(draft.warningPercent), "thresholds.warningPercent"),
    },
    revocationMode: draft.revocationMode,
  };
  return faults.length > 0 ? { faults } : { policy };
}

/** The subject in both notations that people need. */
export function subjectPreview(subject: Policy["subject"], commonName: string): { slash: string; comma: string } {
  const parts: [string, string][] = [
    ["O", subject.organization],
    ["OU", subject.organizationalUnit],
    ["L", subject.locality],
    ["ST", subject.province],
    ["C", subject.country],
    ["CN", commonName],
  ];
  return {
    slash: parts.map(([name, value]) => `/${name}=${value.replace(/([\\/+])/g, "\\$1")}`).join(""),
    comma: parts.map(([name, value]) => `${name}=${value.replace(/([\\,+])/g, "\\$1")}`).join(","),
  };
}

/** Seconds before the end from which "expires soon" is said: the smaller of days and share. */
export function warningSeconds(lifetime: number, days: number, percent: number): number {
  return Math.min(days * 86_400, (lifetime * percent) / 100);
}

/** How long an old authority stays accepted, as a person says it. */
export type Overlap = "0" | "week" | "month" | "quarter" | "year" | "day";
export const OVERLAPS: Overlap[] = ["quarter", "month", "week", "year", "day", "0"];
const OVERLAP_DAYS: Record<Exclude<Overlap, "day">, number> = { "0": 0, week: 7, month: 30, quarter: 90, year: 365 };

/** Whole seconds from now; nothing when the date is missing or past. */
export function overlapSeconds(overlap: Overlap, day: number | null, now: number): number | null {
  if (overlap !== "day") return OVERLAP_DAYS[overlap] * 86_400;
  return day === null || day <= now ? null : Math.floor((day - now) / 1000);
}
