import type { Attachment } from "svelte/attachments";

/** The one bubble of the window: what it says and beside which element. */
class Tip {
  text = $state("");
  anchor = $state.raw<Element | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(anchor: Element, text: string, delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!anchor.isConnected) return;
      this.text = text;
      this.anchor = anchor;
      anchor.setAttribute("aria-describedby", TIP_ID);
    }, delay);
  }

  hide(): void {
    clearTimeout(this.#timer);
    const left = this.anchor;
    if (left?.getAttribute("aria-describedby") === TIP_ID) left.removeAttribute("aria-describedby");
    // An element that goes with the focus says so in the middle of a change of the page, when no state may change.
    queueMicrotask(() => {
      if (this.anchor === left) this.anchor = null;
    });
  }
}

export const TIP_ID = "tip";
export const bubble = new Tip();

/** `{@attach tip("…")}`: shown on hover after a moment and on keyboard focus at once; Escape takes it away. */
export function tip(text: string): Attachment<HTMLElement> {
  return (element) => {
    const onEnter = () => bubble.show(element, text, 400);
    const onFocus = () => {
      if (element.matches(":focus-visible")) bubble.show(element, text, 0);
    };
    const onLeave = () => bubble.hide();
    element.addEventListener("pointerenter", onEnter);
    element.addEventListener("focus", onFocus);
    for (const event of ["pointerleave", "blur", "pointerdown"]) element.addEventListener(event, onLeave);
    return () => {
      element.removeEventListener("pointerenter", onEnter);
      element.removeEventListener("focus", onFocus);
      for (const event of ["pointerleave", "blur", "pointerdown"]) element.removeEventListener(event, onLeave);
      if (bubble.anchor === element) bubble.hide();
    };
  };
}
