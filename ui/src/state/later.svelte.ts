/**
 * What the first screen does not need is loaded when the first rows are there and the page has nothing else to do, so
 * that it is at hand without having cost any time at the start.
 */
class Later {
  now = $state(false);

  soon(): void {
    setTimeout(() => {
      this.now = true;
    }, 200);
  }
}

export const later = new Later();
