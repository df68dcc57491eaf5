import { call } from "../backend/index.ts";
import type { IntegrationSystemRow, RuntimeRow } from "../backend/types.ts";
import { byName, type Named, type NamedEntry, toNamedEntry } from "../model/named.ts";
import { LongList } from "./longList.svelte.ts";

/** A list whose rows have a name, in the order of their names. */
export abstract class NamedList<Row extends Named> extends LongList<Row, NamedEntry<Row>> {
  idOf(row: Row): string {
    return row.id;
  }
  protected toEntry(row: Row): NamedEntry<Row> {
    return toNamedEntry(row);
  }
  protected order(): (a: NamedEntry<Row>, b: NamedEntry<Row>) => number {
    return byName;
  }
}

class Runtimes extends NamedList<RuntimeRow> {
  protected async read(after: string | null, first: number) {
    return { serverNow: null, ...(await call("list_runtimes", { after, first })) };
  }
}

class IntegrationSystems extends NamedList<IntegrationSystemRow> {
  protected async read(after: string | null, first: number) {
    return { serverNow: null, ...(await call("list_integration_systems", { after, first })) };
  }
}

export const runtimes = new Runtimes();
export const integrationSystems = new IntegrationSystems();
