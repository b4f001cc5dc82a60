import type { Connection } from "vscode-languageserver/node";
import type { Abilities } from "./abilities.js";

/** Where people see that a piece of work goes on, and how far it is. */
export interface Progress {
  begin(what: string): void;
  /** In percent. */
  report(percentage: number, message: string): void;
  done(): void;
}

/** Work that is over before the client is ready to show it is never shown. */
export function createProgress(connection: Connection, { showsProgress }: Abilities): Progress {
  let isGoingOn = false;
  let shown: Promise<Awaited<ReturnType<typeof connection.window.createWorkDoneProgress>> | undefined>;
  const onceShown = (act: (progress: Awaited<ReturnType<typeof connection.window.createWorkDoneProgress>>) => void) => {
    if (isGoingOn) void shown.then((progress) => progress && act(progress));
  };
  return {
    begin(what) {
      if (!showsProgress) return;
      isGoingOn = true;
      shown = connection.window.createWorkDoneProgress().catch(() => undefined);
      onceShown((progress) => progress.begin("Holdfast", 0, what));
    },
    report: (percentage, message) => onceShown((progress) => progress.report(percentage, message)),
    done() {
      onceShown((progress) => progress.done());
      isGoingOn = false;
    },
  };
}
