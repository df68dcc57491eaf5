/**
 * Looks at once and then again and again, each time `delay` milliseconds after the last answer, while the window is
 * visible. Answers a function that ends it.
 */
export function whileVisible(look: () => Promise<void>, delay: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = false;
  let ended = false;

  async function again(): Promise<void> {
    clearTimeout(timer);
    if (ended || looking || document.hidden) return;
    looking = true;
    await look();
    looking = false;
    if (!ended && !document.hidden) timer = setTimeout(again, delay);
  }
  const onShow = () => void again();

  document.addEventListener("visibilitychange", onShow);
  void again();
  return () => {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onShow);
  };
}
