import { call } from "../backend/index.ts";
import type { CallError, Formation } from "../backend/types.ts";
import { once } from "../model/once.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { scope } from "./scope.ts";

const PAGE_SIZE = 200;
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** The formations of the tenant. There are few of them: all are read whenever a screen needs them. */
class Formations {
  rows = $state.raw<readonly Formation[] | null>(null);
  error = $state.raw<CallError | null>(null);
  #scope = "";
  #round = 0;

  async read(): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    if (scope.key !== this.#scope) this.rows = null;
    this.#scope = scope.key;
    const found: Formation[] = [];
    const inOrder = () => once(found).sort((a, b) => collator.compare(a.name, b.name));
    try {
      for (let after: string | null = null, more = true; more; ) {
        const page: { formations: Formation[]; endCursor: string | null; hasNextPage: boolean } = await call(
          "list_formations",
          { after, first: PAGE_SIZE },
        );
        if (round !== this.#round) return;
        found.push(...page.formations);
        more = page.hasNextPage && page.endCursor !== after;
        after = page.endCursor;
      }
      this.rows = inOrder();
      this.error = null;
    } catch (thrown) {
      if (round !== this.#round) return;
      // What came is better than nothing.
      if (!this.rows && found.length > 0) this.rows = inOrder();
      this.error = thrown as CallError;
      cockpit.suspect(this.error);
    }
  }

  async create(name: string): Promise<Formation> {
    const made = await call("create_formation", { name, templateName: null });
    const others = (this.rows ?? []).filter(({ id }) => id !== made.id);
    this.rows = [...others, made].sort((a, b) => collator.compare(a.name, b.name));
    return made;
  }
}

export const formations = new Formations();
