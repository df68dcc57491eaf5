/** The time of this computer, ticking, and how far the server's clock is from it. */
class Clock {
  /** Local milliseconds; changes twice a second so that a countdown never skips a second. */
  now = $state(Date.now());
  /** Local milliseconds, changing once a minute: for "3 min ago". */
  minute = $derived(Math.floor(this.now / 60_000) * 60_000);
  #offset = $state(0);

  /** Milliseconds on the server's clock. */
  get serverNow(): number {
    return this.now + this.#offset;
  }

  /** Every answer that carries the server's time corrects the offset. */
  observe(serverNow: string | null): void {
    const at = serverNow === null ? Number.NaN : Date.parse(serverNow);
    if (Number.isNaN(at)) return;
    this.now = Date.now();
    this.#offset = at - this.now;
  }

  start(): () => void {
    const timer = setInterval(() => {
      if (!document.hidden) this.now = Date.now();
    }, 500);
    const onShow = () => {
      if (!document.hidden) this.now = Date.now();
    };
    document.addEventListener("visibilitychange", onShow);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onShow);
    };
  }
}

export const clock = new Clock();
