import type { Status } from "@holdfast/language-server";

/** How the server is doing; `stopped`: it ended, and is not started again unless somebody says so. */
export type Shown = Status | { state: "stopped"; message: string };

const states: Record<Shown["state"], string> = {
  starting: "starting",
  busy: "working",
  ready: "ready",
  limited: "limited",
  off: "turned off",
  stopped: "stopped",
};

/** `Holdfast: ready`, or whatever keeps it from being so. */
export function textOf(shown: Shown): string {
  if ("slow" in shown && shown.slow) return `Holdfast: ${shown.slow.file} is slow`;
  return `Holdfast: ${states[shown.state]}`;
}

/** What else there is to know, from the most important on. */
export function detailOf(shown: Shown): string {
  if (shown.state === "stopped") return shown.message;
  const { message, slow, project, milliseconds, compiler } = shown;
  const parts = [
    message,
    slow && `${slow.file} takes ${(slow.milliseconds / 1000).toFixed(1)} s`,
    project,
    milliseconds === undefined ? undefined : `${milliseconds} ms`,
    compiler,
  ];
  return parts.filter(Boolean).join(" · ");
}
