import type { TimelineAnswer } from "@holdfast/language-server";

/** To the page of the timeline: the finding under the cursor and the step that the cursor is at, or nothing. */
export interface ToPage {
  timeline: TimelineAnswer | null;
  current?: number;
}

/** From the page: a step or the rule was chosen. */
export type FromPage = { step: number } | { rule: string } | { ready: true };
