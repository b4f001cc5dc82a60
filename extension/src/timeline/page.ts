/** The script of the timeline's page: shows what it is told, and tells what is chosen. */

import { draw } from "./draw.js";
import type { FromPage, ToPage } from "./messages.js";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const editor = acquireVsCodeApi();
const place = document.querySelector("main")!;
const nothing = "<p>Put the cursor on a Holdfast finding to see its two paths here.</p>";
let shown = "";

window.addEventListener("message", ({ data: { timeline, current } }: MessageEvent<ToPage>) => {
  show(timeline ? draw(timeline, current) : nothing);
});

place.addEventListener("click", ({ target }) => {
  const { dataset } = (target as HTMLElement).closest("button") ?? {};
  if (dataset?.["step"] !== undefined) editor.postMessage({ step: Number(dataset["step"]) });
  else if (dataset?.["rule"] !== undefined) editor.postMessage({ rule: dataset["rule"] });
});

/** Whoever goes from step to step by keyboard stays where they are. */
function show(html: string): void {
  if (html === shown) return;
  shown = html;
  const step = (document.activeElement as HTMLElement | null)?.dataset["step"];
  place.innerHTML = html;
  if (step !== undefined) place.querySelector<HTMLElement>(`[data-step="${step}"]`)?.focus();
}

editor.postMessage({ ready: true });
