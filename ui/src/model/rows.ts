import type { ApplicationRow } from "../backend/types.ts";
import { type StatusKey, statusOf } from "./status.ts";

/** A row with what searching and sorting need, computed once when the row arrives. */
export type Entry = { readonly row: ApplicationRow; readonly haystack: string; readonly status: StatusKey };

export type Column = "status" | "name" | "provider" | "description" | "updated";
export type Sort = { column: Column; descending: boolean };
export type Order = (a: Entry, b: Entry) => number;

export function toEntry(row: ApplicationRow): Entry {
  const words = [row.name, row.id, row.providerName, row.description, row.baseUrl, row.labelText];
  return { row, haystack: words.filter(Boolean).join("\n").toLowerCase(), status: statusOf(row.condition) };
}

/** Entries that contain every word of the query somewhere; the order stays. */
export function search<E extends { readonly haystack: string }>(entries: readonly E[], query: string): readonly E[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const [first, ...others] = words;
  if (first === undefined) return entries;
  return entries.filter(({ haystack }) => haystack.includes(first) && others.every((word) => haystack.includes(word)));
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const STATUS_ORDER: Record<StatusKey, number> = { failed: 0, waiting: 1, not_paired: 2, unknown: 3, paired: 4 };

/** A total order: rows that are equal in the column are ordered by name, then by id, so that nothing jumps. */
export function orderBy({ column, descending }: Sort): Order {
  const sign = descending ? -1 : 1;
  const by = COLUMNS[column];
  return (a, b) => sign * by(a, b) || byName(a, b) || (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0);
}

/**
 * Puts newly loaded entries into an ordered list: positions by bisection, then one copy. Sorting everything again for
 * each page of a 10,000-row list would cost a second of scripting.
 */
export function mergeOrdered<E>(ordered: readonly E[], fresh: readonly E[], order: (a: E, b: E) => number): E[] {
  const sorted = [...fresh].sort(order);
  const merged: E[] = [];
  let from = 0;
  for (const entry of sorted) {
    const to = upperBound(ordered, entry, order, from);
    for (let index = from; index < to; index += 1) merged.push(ordered[index] as E);
    merged.push(entry);
    from = to;
  }
  for (let index = from; index < ordered.length; index += 1) merged.push(ordered[index] as E);
  return merged;
}

function upperBound<E>(ordered: readonly E[], entry: E, order: (a: E, b: E) => number, from: number): number {
  let low = from;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(ordered[middle] as E, entry) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Where a key leads in a list of `count` rows; nothing when it is not one of the moving keys. Without a place (-1) the
 * first row is the next one.
 */
export function moveTo(key: string, position: number, count: number, pageSize: number): number | null {
  const last = count - 1;
  const targets: Record<string, number> = {
    ArrowDown: position + 1,
    ArrowUp: position < 0 ? last : position - 1,
    Home: 0,
    End: last,
    PageDown: position + pageSize,
    PageUp: position - pageSize,
  };
  const target = targets[key];
  return target === undefined || last < 0 ? null : Math.min(last, Math.max(0, target));
}

const byName: Order = (a, b) => collator.compare(a.row.name, b.row.name);
const COLUMNS: Record<Column, Order> = {
  status: (a, b) => STATUS_ORDER[a.status] - STATUS_ORDER[b.status],
  name: byName,
  provider: (a, b) => compareText(a.row.providerName, b.row.providerName),
  description: (a, b) => compareText(a.row.description, b.row.description),
  updated: (a, b) => changedAt(a) - changedAt(b),
};

function changedAt({ row }: Entry): number {
  return Date.parse(row.updatedAt ?? row.createdAt ?? row.statusAt) || 0;
}

/** Rows without a value come last in ascending order: an empty cell is not the smallest word. */
function compareText(a: string | null, b: string | null): number {
  if (!a || !b) return Number(!a) - Number(!b);
  return collator.compare(a, b);
}
