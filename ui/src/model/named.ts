/** What runtimes and integration systems have in common for a list. */
export type Named = { readonly id: string; readonly name: string; readonly description: string | null };
export type NamedEntry<Row extends Named> = { readonly row: Row; readonly haystack: string };

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

export function toNamedEntry<Row extends Named>(row: Row): NamedEntry<Row> {
  return { row, haystack: [row.name, row.id, row.description].filter(Boolean).join("\n").toLowerCase() };
}

/** Total, so that nothing jumps: by name, then by id. */
export function byName<Row extends Named>(a: NamedEntry<Row>, b: NamedEntry<Row>): number {
  return collator.compare(a.row.name, b.row.name) || (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0);
}
