/** A process that answers one question after the other, and is replaced when it takes too long or ends. */

import { fork } from "node:child_process";

/**
 * @param {{ script: string | URL, args?: string[], seconds: number }} options `seconds` is how long an answer may take
 */
export function createHelper({ script, args = [], seconds }) {
  let child;
  const close = () => {
    child?.kill("SIGKILL");
    child = undefined;
  };
  return {
    close,
    /** The answer of the process; nothing if it ended without one, or had to be stopped. */
    async ask(question) {
      child ??= fork(script, args);
      const asked = child;
      const timer = setTimeout(close, seconds * 1000);
      const answer = await new Promise((resolve) => {
        asked.once("message", resolve);
        for (const end of ["exit", "error"]) asked.once(end, () => resolve(undefined));
        asked.send(question, () => {});
      });
      clearTimeout(timer);
      asked.removeAllListeners();
      if (answer === undefined) close();
      return answer;
    },
  };
}
