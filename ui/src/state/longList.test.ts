import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallError } from "../backend/types.ts";
import type { LongList as LongListClass, Saved } from "./longList.svelte.ts";

type Row = { id: string; name: string };
type Entry = { row: Row; haystack: string };
type Page = { rows: Row[]; endCursor: string | null; hasNextPage: boolean; totalCount: number; serverNow: null };

/** Pages by position, as a Director counts them. */
const SIZE = 2;
const row = (id: string, name = id): Row => ({ id, name });
const failure = (code: string, retryAfterSeconds: number | null = null): CallError => ({
  code,
  message: code,
  hint: null,
  detail: null,
  action: null,
  retryAfterSeconds,
  correlationId: "",
});

let LongList: typeof LongListClass;

function listOf(there: { rows: Row[]; saved?: Saved<Row>; before?: (after: number) => void; circle?: boolean }) {
  class List extends LongList<Row, Entry> {
    idOf({ id }: Row): string {
      return id;
    }
    protected async read(after: string | null): Promise<Page> {
      const from = Number(after ?? 0);
      there.before?.(from);
      const rows = there.rows.slice(from, from + SIZE);
      const end = there.circle ? 0 : from + SIZE;
      return {
        rows,
        endCursor: String(end),
        hasNextPage: end < there.rows.length,
        totalCount: there.rows.length,
        serverNow: null,
      };
    }
    protected toEntry(of: Row): Entry {
      return { row: of, haystack: of.name };
    }
    protected order() {
      return (a: Entry, b: Entry) => (a.row.name < b.row.name ? -1 : 1);
    }
    protected override async saved(): Promise<Saved<Row> | null> {
      return there.saved ?? null;
    }
    get names(): string[] {
      return this.ordered.map((entry) => entry.row.name);
    }
  }
  return new List();
}

beforeEach(async () => {
  // The little of a window that a list asks for.
  vi.stubGlobal("window", {});
  vi.stubGlobal("document", { hidden: false, documentElement: { dataset: {} } });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("location", { hash: "" });
  ({ LongList } = await import("./longList.svelte.ts"));
});
afterEach(() => vi.unstubAllGlobals());

describe("a long list", () => {
  it("has every row in its order once all pages are there", async () => {
    const list = listOf({ rows: ["d", "b", "e", "a", "c"].map((id) => row(id)) });
    await list.reload();
    expect(list.names).toEqual(["a", "b", "c", "d", "e"]);
    expect([list.loading, list.loaded, list.total]).toEqual(["idle", 5, 5]);
  });

  it("shows saved rows first and mends them by what the server says", async () => {
    const steps: string[][] = [];
    const there = {
      rows: [row("1", "a"), row("2", "new name"), row("4", "d")],
      saved: { rows: [row("1", "a"), row("2", "old name"), row("3", "gone")], savedAt: 1000 },
      before: () => steps.push([...list.names]),
    };
    const list = listOf(there);
    await list.reload();
    expect(steps).toEqual([
      ["a", "gone", "old name"],
      ["a", "gone", "new name"],
    ]);
    expect(list.names).toEqual(["a", "d", "new name"]);
    expect(list.savedAt).toBeNull();
  });

  it("says how old the rows are until all were compared", async () => {
    const there = {
      rows: [row("1"), row("2"), row("3")],
      saved: { rows: [row("1")], savedAt: 1000 },
      before: (after: number) => {
        if (after > 0) throw failure("internal");
      },
    };
    const list = listOf(there);
    await list.reload();
    expect([list.loading, list.savedAt, list.loaded]).toEqual(["failed", 1000, 2]);
  });

  it("has no row twice when one was created on the way", async () => {
    const rows = [row("a"), row("b"), row("c"), row("d")];
    const list = listOf({
      rows,
      before: (after) => {
        if (after === SIZE) rows.unshift(row("0"));
      },
    });
    await list.reload();
    expect(list.names).toEqual(["a", "b", "c", "d"]);
  });

  it("believes no row to be gone when one was deleted on the way", async () => {
    const rows = ["a", "b", "c", "d", "e"].map((id) => row(id));
    let deleting = false;
    const list = listOf({
      rows,
      before: (after) => {
        if (deleting && after === SIZE) rows.shift();
      },
    });
    await list.reload();
    deleting = true;
    await list.reload();
    expect(list.names).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("keeps what was changed here while it is read", async () => {
    const rows = ["a", "b", "c"].map((id) => row(id));
    const list = listOf({
      rows,
      before: (after) => {
        if (after === SIZE) {
          list.put(row("c", "changed"));
          list.remove("a");
        }
      },
    });
    await list.reload();
    expect(list.names).toEqual(["b", "changed"]);
  });

  it("goes on where it stopped, by itself when it was asked to slow down", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      let refuse = true;
      const asked: number[] = [];
      const list = listOf({
        rows: ["a", "b", "c"].map((id) => row(id)),
        before: (after) => {
          asked.push(after);
          if (after === SIZE && refuse) throw failure("rate_limited", 12);
        },
      });
      await list.reload();
      expect([list.loading, list.names]).toEqual(["failed", ["a", "b"]]);
      expect(list.retryAt).toBeGreaterThan(Date.now() + 11_000);
      refuse = false;
      await vi.advanceTimersByTimeAsync(12_000);
      expect([list.loading, list.names, asked]).toEqual(["idle", ["a", "b", "c"], [0, 2, 2]]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("tries nothing any more when the person keeps what is there", async () => {
    const list = listOf({
      rows: ["a", "b", "c"].map((id) => row(id)),
      before: (after) => {
        if (after === SIZE) throw failure("unreachable");
      },
    });
    await list.reload();
    list.stop();
    expect([list.loading, list.error, list.retryAt, list.names]).toEqual(["stopped", null, null, ["a", "b"]]);
  });

  it("ends where a Director leads in circles", async () => {
    let asked = 0;
    const list = listOf({ rows: ["a", "b", "c", "d"].map((id) => row(id)), before: () => (asked += 1), circle: true });
    await list.reload();
    expect([list.loading, asked, list.names]).toEqual(["idle", 2, ["a", "b"]]);
  });

  it("is empty in another environment or tenant", async () => {
    const list = listOf({ rows: [row("a")] });
    list.enter("one default");
    await list.reload();
    list.enter("one default");
    expect(list.names).toEqual(["a"]);
    list.enter("two default");
    expect([list.names, list.total, list.loadedAt]).toEqual([[], null, null]);
  });
});
