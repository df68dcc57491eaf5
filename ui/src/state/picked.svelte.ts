/** The applications that were picked for something to be done with all of them. Survives leaving the list. */
class Picked {
  ids = $state.raw<ReadonlySet<string>>(new Set());

  #scope = "";

  /** What was picked in another environment or tenant means nothing here. */
  enter(scope: string): void {
    if (scope !== this.#scope && this.ids.size > 0) this.clear();
    this.#scope = scope;
  }

  toggle(id: string): void {
    const ids = new Set(this.ids);
    if (!ids.delete(id)) ids.add(id);
    this.ids = ids;
  }

  add(more: Iterable<string>): void {
    this.ids = new Set([...this.ids, ...more]);
  }

  clear(): void {
    this.ids = new Set();
  }
}

export const picked = new Picked();
