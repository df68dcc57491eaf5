import type { ApplicationDetail } from "../backend/types.ts";
import { isWebAddress } from "./address.ts";
import { type NameFault, nameFault } from "./names.ts";

/** What a person is typing about an application. */
export type Draft = {
  name: string;
  providerName: string;
  description: string;
  baseUrl: string;
  healthCheckUrl: string;
};
export type DraftField = keyof Draft;
export type Fault = NameFault | "not_an_address" | { longerThan: number };

/** The Director's limits, in characters. */
const MOST: Record<DraftField, number> = {
  name: 100,
  providerName: 256,
  description: 2000,
  baseUrl: 256,
  healthCheckUrl: 256,
};

export const emptyDraft = (): Draft => ({
  name: "",
  providerName: "",
  description: "",
  baseUrl: "",
  healthCheckUrl: "",
});

export function draftOf({ row, healthCheckUrl }: ApplicationDetail): Draft {
  return {
    name: row.name,
    providerName: row.providerName ?? "",
    description: row.description ?? "",
    baseUrl: row.baseUrl ?? "",
    healthCheckUrl: healthCheckUrl ?? "",
  };
}

/** What is wrong with each field; a field without an entry is fine. */
export function faultsOf(draft: Draft): Partial<Record<DraftField, Fault>> {
  const faults: Partial<Record<DraftField, Fault>> = {};
  const name = nameFault(draft.name.trim());
  if (name) faults.name = name;
  for (const field of ["providerName", "description", "baseUrl", "healthCheckUrl"] as const) {
    if ([...draft[field]].length > MOST[field]) faults[field] = { longerThan: MOST[field] };
  }
  for (const field of ["baseUrl", "healthCheckUrl"] as const) {
    const text = draft[field].trim();
    if (text !== "" && !isWebAddress(text)) faults[field] ??= "not_an_address";
  }
  return faults;
}
