/** The thread that the analysis runs in: it may be slow, run out of memory or be ended, and the protocol goes on. */

import { parentPort, workerData } from "node:worker_threads";
import { firstLine } from "@holdfast/workspace";
import { Engine } from "./engine.js";
import { heapUsed } from "./memory.js";
import type { EngineOptions, FromEngine, Question, ToEngine } from "./messages.js";

const port = parentPort!;
const tell = (message: FromEngine): void => port.postMessage(message);
const engine = new Engine(workerData as EngineOptions, tell);

port.on("message", (message: ToEngine) => {
  switch (message.kind) {
    case "open":
      return engine.open(message.files);
    case "changes":
      return tell({ kind: "relevant", isRelevant: engine.take(message.changes) });
    case "sweep":
      return tell({ kind: "relevant", isRelevant: engine.sweep() });
    case "watch":
      return engine.watch(message.report, message.folders);
    case "ask":
      return answer(message.id, message.question, message.given);
  }
});

function answer(id: number, question: Question, given: unknown): void {
  try {
    const ask = engine.answers[question] as (given: unknown) => unknown;
    tell({ kind: "answer", id, answer: ask(given), memory: heapUsed() });
  } catch (error) {
    tell({ kind: "failure", id, reason: firstLine(error) });
  } finally {
    engine.shed();
  }
}
