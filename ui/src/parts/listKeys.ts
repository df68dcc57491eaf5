import { lock } from "../state/lock.svelte.ts";
import { hasLayer, isControl, isTyping, withCommand } from "./keys.ts";

/** What a page with a list that is searched and walked through gives. */
type Page = {
  list: { readonly query: string; setQuery(query: string): void; reload(): Promise<void> };
  search: () => HTMLInputElement | undefined;
  table: () => { move(key: string): boolean; focus(): void } | undefined;
  /** Id of the row that is selected and shown. */
  selected: () => string | undefined;
  /** How many rows the search leaves. */
  shown: () => number;
  open: (id: string) => void;
  /** What other keys do with Ctrl; says whether they did. */
  command?: (key: string, event: KeyboardEvent) => boolean;
  /** What other keys do outside of the search field. */
  keys: Record<string, () => boolean>;
  /** What a moving key does with Shift. */
  extend?: (key: string) => boolean;
};

/** The keys that all lists have in common, and those of one page: the handler for the window. */
export function listKeys(page: Page): (event: KeyboardEvent) => void {
  const { list, search, table, selected } = page;

  function onCommand(event: KeyboardEvent): boolean {
    const key = event.key.toLowerCase();
    if (event.shiftKey) return false;
    if (key === "f") search()?.select();
    else if (key === "r") void list.reload();
    else return page.command?.(key, event) ?? false;
    return true;
  }

  function onSearchKey(event: KeyboardEvent): boolean {
    if (event.target !== search()) return false;
    if (event.key === "Escape") {
      if (list.query === "") search()?.blur();
      else list.setQuery("");
      return true;
    }
    if (event.key !== "ArrowDown" && event.key !== "Enter") return false;
    if (!selected()) table()?.move("Home");
    table()?.focus();
    const id = selected();
    if (event.key === "Enter" && id && page.shown() === 1) page.open(id);
    return true;
  }

  function onRowKey(event: KeyboardEvent): boolean {
    const own = page.keys[event.key];
    if (own) return own();
    if (event.shiftKey && page.extend && /^(Arrow(Up|Down)|Page(Up|Down)|Home|End)$/.test(event.key))
      return page.extend(event.key);
    const id = selected();
    switch (event.key) {
      case "/":
        search()?.select();
        return true;
      case "j":
        return table()?.move("ArrowDown") ?? false;
      case "k":
        return table()?.move("ArrowUp") ?? false;
      case "Enter":
        if (!id || isControl(event.target)) return false;
        page.open(id);
        return true;
      case "F5":
        void list.reload();
        return true;
      case "Escape":
        if (list.query === "") return false;
        list.setQuery("");
        return true;
      default:
        return table()?.move(event.key) ?? false;
    }
  }

  return (event) => {
    if (lock.locked || hasLayer() || event.defaultPrevented) return;
    const typing = isTyping(event.target) && !isTick(event.target);
    const handled = withCommand(event) ? onCommand(event) : typing ? onSearchKey(event) : onRowKey(event);
    if (handled) event.preventDefault();
  };
}

/** Letters mean nothing in a box that is ticked. */
function isTick(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === "checkbox";
}
