import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from "@tanstack/virtual-core";

/** Which rows of a long list are on the screen, as Svelte state. All rows are equally high. */
export class VirtualRows {
  items = $state.raw<VirtualItem[]>([]);
  height = $state(0);
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  readonly #rowHeight: number;
  #element: HTMLElement | null = null;

  constructor(rowHeight: number) {
    this.#rowHeight = rowHeight;
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.#options(0));
  }

  /** How many rows fit on the screen, for the page keys. */
  get pageSize(): number {
    return Math.max(1, Math.floor((this.#element?.clientHeight ?? 0) / this.#rowHeight) - 1);
  }

  /** `{@attach rows.scroller}` on the element that scrolls. */
  readonly scroller = (element: HTMLElement): (() => void) => {
    this.#element = element;
    const stop = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    this.#sync();
    return () => {
      stop();
      this.#element = null;
    };
  };

  setCount(count: number): void {
    this.#virtualizer.setOptions(this.#options(count));
    this.#virtualizer._willUpdate();
    this.#virtualizer.measure();
    this.#sync();
  }

  show(index: number): void {
    this.#virtualizer.scrollToIndex(index, { align: "auto" });
  }

  top(): void {
    if (this.#element) this.#element.scrollTop = 0;
  }

  #options(count: number) {
    return {
      count,
      getScrollElement: () => this.#element,
      estimateSize: () => this.#rowHeight,
      overscan: 6,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.#sync(),
    };
  }

  #sync(): void {
    this.items = this.#virtualizer.getVirtualItems();
    this.height = this.#virtualizer.getTotalSize();
  }
}
