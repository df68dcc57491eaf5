/** One short sentence at the lower edge of the window, said aloud by screen readers. */
class Notices {
  current = $state<{ id: number; text: string; tone: "plain" | "warning" } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #id = 0;

  say(text: string, tone: "plain" | "warning" = "plain"): void {
    clearTimeout(this.#timer);
    this.#id += 1;
    this.current = { id: this.#id, text, tone };
    this.#timer = setTimeout(() => this.dismiss(), 4000 + text.length * 40);
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.current = null;
  }
}

export const notices = new Notices();
