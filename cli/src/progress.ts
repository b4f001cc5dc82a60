import type { Terminal } from "./terminal.js";

/** Tells someone who waits what is going on. */
export interface Progress {
  /** Shows a text in place of the one before. Most calls do nothing, and do not ask for the text. */
  show(text: () => string): void;
  /** Takes the text away, before anything else is written. */
  clear(): void;
}

const milliseconds = { beforeTheFirst: 300, betweenTwo: 100 };

/**
 * One line on standard error, if that is a terminal and the work takes long enough for anyone to wonder.
 * The work is synchronous, so no timer could animate a spinner: it is up to the work to call `show` often.
 */
export function createProgress({ stderr }: Terminal): Progress {
  if (!stderr.isTTY) return { show: () => {}, clear: () => {} };
  let next = performance.now() + milliseconds.beforeTheFirst;
  let shown = false;
  return {
    show(text) {
      const now = performance.now();
      if (now < next) return;
      next = now + milliseconds.betweenTwo;
      shown = true;
      stderr.write(`\r\u001B[2K${text().slice(0, (stderr.columns || 80) - 1)}`);
    },
    clear() {
      if (shown) stderr.write("\r\u001B[2K");
      shown = false;
    },
  };
}
