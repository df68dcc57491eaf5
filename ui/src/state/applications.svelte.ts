import { call } from "../backend/index.ts";
import type { ApplicationPage, ApplicationRow } from "../backend/types.ts";
import { type Entry, type Order, orderBy, type Sort, search, toEntry } from "../model/rows.ts";
import { LongList, type Saved } from "./longList.svelte.ts";

/** All applications of the tenant, and what the person sorts them by. */
class Applications extends LongList<ApplicationRow, Entry> {
  sort = $state.raw<Sort>({ column: "name", descending: false });
  /** A filter that is on: whom it leaves, and what is said when that is nobody. */
  only = $state.raw<{ ids: ReadonlySet<string>; nobody: string } | null>(null);

  override matching = $derived.by(() => {
    const { only, ordered } = this;
    return search(only ? ordered.filter(({ row }) => only.ids.has(row.id)) : ordered, this.query);
  });

  sortBy(column: Sort["column"]): void {
    const again = this.sort.column === column;
    this.sort = { column, descending: again ? !this.sort.descending : column === "updated" };
    this.ordered = [...this.ordered].sort(this.order());
  }

  /** What somebody else saw of an application. */
  learn(id: string, condition: string, at: string): void {
    const row = this.find((candidate) => candidate.id === id);
    if (row && row.condition !== condition) this.put({ ...row, condition, statusAt: at });
  }

  idOf(row: ApplicationRow): string {
    return row.id;
  }
  protected read(after: string | null, first: number): Promise<ApplicationPage> {
    return call("list_applications", { after, first });
  }
  protected override async saved(): Promise<Saved<ApplicationRow> | null> {
    const cached = await call("cached_applications", {});
    return cached && { rows: cached.rows, savedAt: Date.now() - cached.ageSeconds * 1000 };
  }
  protected toEntry(row: ApplicationRow): Entry {
    return toEntry(row);
  }
  protected order(): Order {
    return orderBy(this.sort);
  }
}

export const applications = new Applications();
