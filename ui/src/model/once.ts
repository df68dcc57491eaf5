/** Each row once, as it came last: pages are counted from the start, so one that is added meanwhile shifts another onto two of them. */
export function once<Row extends { readonly id: string }>(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
