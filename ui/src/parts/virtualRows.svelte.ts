import { untrack } from "svelte";

/** A row on the screen: which of the list, and where it begins in pixels. */
export type ShownRow = { readonly index: number; readonly start: number };

/** Rows that are laid out above and below the screen, so that scrolling does not show holes. */
const OVERSCAN = 6;

/**
 * Which rows of a long list are on the screen, as Svelte state. All rows are equally high, so this is a division: it
 * costs the same for ten rows and for ten thousand.
 */
export class VirtualRows {
  readonly #rowHeight: number = 1;
  #element: HTMLElement | null = null;
  #count = $state(0);
  #room = $state(0);
  #scrolled = $state(0);

  readonly #first = $derived(Math.max(0, Math.floor(this.#scrolled / this.#rowHeight) - OVERSCAN));
  readonly #end = $derived.by(() => {
    if (this.#room === 0) return 0;
    return Math.min(this.#count, Math.ceil((this.#scrolled + this.#room) / this.#rowHeight) + OVERSCAN);
  });
  readonly items: readonly ShownRow[] = $derived(
    Array.from({ length: Math.max(0, this.#end - this.#first) }, (_, offset) => {
      const index = this.#first + offset;
      return { index, start: index * this.#rowHeight };
    }),
  );

  constructor(rowHeight: number) {
    this.#rowHeight = rowHeight;
  }

  get height(): number {
    return this.#count * this.#rowHeight;
  }

  /** How many rows fit on the screen, for the page keys. */
  get pageSize(): number {
    return Math.max(1, Math.floor((this.#element?.clientHeight ?? 0) / this.#rowHeight) - 1);
  }

  /** `{@attach rows.scroller}` on the element that scrolls. */
  readonly scroller = (element: HTMLElement): (() => void) => {
    const look = () => {
      this.#room = element.clientHeight;
      this.#scrolled = element.scrollTop;
    };
    this.#element = element;
    look();
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", look);
      this.#element = null;
    };
  };

  setCount(count: number): void {
    this.#count = count;
    // What is left may end above where the person was: the browser says so only after the next layout.
    untrack(() => {
      const end = Math.max(0, this.height - this.#room);
      if (this.#scrolled > end) this.#scrolled = end;
    });
  }

  /** Scrolls as little as is needed to see the row as a whole. */
  show(index: number): void {
    const top = index * this.#rowHeight;
    const { scrolled, room } = untrack(() => ({ scrolled: this.#scrolled, room: this.#room }));
    if (top < scrolled) this.#scrollTo(top);
    else if (top + this.#rowHeight > scrolled + room) this.#scrollTo(top + this.#rowHeight - room);
  }

  top(): void {
    this.#scrollTo(0);
  }

  #scrollTo(place: number): void {
    if (!this.#element) return;
    this.#element.scrollTop = place;
    this.#scrolled = this.#element.scrollTop;
  }
}
