import type { TimelineAnswer, TimelineStep } from "@holdfast/language-server";

/** Where things are in the picture, in pixels: the two paths, and in each row the mark of its step. */
const lane = { first: 34, second: 112 };
const at = 20;

/** Which rows of the picture what goes on in: the indices of steps. */
interface Course {
  begins: number;
  meets: number;
  secondBegins: number;
  last: number;
}

/**
 * The picture of a finding as HTML: two paths beside each other, time going down, and a row for each step. What is
 * pending is a hatched bar, where the paths collide is a cross, the marks of the second path are squares on a dashed
 * line; every step is a button. It can be read without colour. `current` is the step that the cursor is at.
 */
export function draw({ rule, severity, message, contract, steps }: TimelineAnswer, current?: number): string {
  const course = courseOf(steps);
  const rows = steps.map((step, index) => drawRow(step, index, course, index === current));
  return `
    <h1><button class="rule" data-rule="${escape(rule)}">${escape(rule)}</button> ${withCode(message)}</h1>
    <p class="contract">${[severity, contract].filter(Boolean).map(escape).join(" · ")}</p>
    ${hatch}
    <div class="paths" aria-hidden="true"><span>first path</span><span>second path</span><span>time ↓</span></div>
    <ol>${rows.join("")}</ol>`;
}

function courseOf(steps: readonly TimelineStep[]): Course {
  const codeAfter = steps.findIndex(({ role }) => role === "follows");
  const meets = steps.findIndex(({ role }) => role === "meets");
  return {
    begins: steps.findIndex(({ role }) => role === "begins"),
    // What nothing comes upon is pending to the end.
    meets: meets >= 0 ? meets : (codeAfter >= 0 ? codeAfter : steps.length) - 1,
    secondBegins: steps.findIndex(({ path, role }) => path === "second" && role !== "follows"),
    last: steps.length - 1,
  };
}

const hatch = `<svg class="definitions" aria-hidden="true"><defs>
    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <path class="hatch" d="M0 0V6"/></pattern></defs></svg>`;

function drawRow(step: TimelineStep, index: number, course: Course, isCurrent: boolean): string {
  const picture = [
    ...drawFirst(index, course),
    ...drawSecond(index, course),
    ...(index === course.begins ? [`<text class="label" x="${lane.first + 13}" y="${at + 22}">pending</text>`] : []),
    ...drawMark(step, index),
  ];
  return `<li><div class="gutter"><svg aria-hidden="true">${picture.join("")}</svg></div>${drawButton(step, index, isCurrent)}</li>`;
}

/** The first path: what leads to the operation, the operation while it is pending, and what comes of it. */
function drawFirst(index: number, { begins, meets, last }: Course): string[] {
  const isPending = (row: number) => begins >= 0 && begins <= row && row < meets;
  const above = isPending(index - 1) ? "pending" : index - 1 >= meets ? "after" : "first";
  const below = isPending(index) ? "pending" : index >= meets ? "after" : "first";
  return [part(above, "first", "0", `${at}`), ...(index < last ? [part(below, "first", `${at}`, "100%")] : [])];
}

/** The second path, until it comes upon the first. */
function drawSecond(index: number, { secondBegins, meets }: Course): string[] {
  if (secondBegins < 0) return [];
  return [
    ...(secondBegins <= index && index <= meets ? [part("second", "second", "0", `${at}`)] : []),
    ...(secondBegins <= index && index < meets ? [part("second", "second", `${at}`, "100%")] : []),
  ];
}

/** A stretch of a path within a row, down to a place in it. */
function part(kind: string, path: keyof typeof lane, from: string, to: string): string {
  const x = lane[path];
  if (kind !== "pending") return vertical(kind, x, from, to);
  const height = to === "100%" ? to : `${at}`;
  const bar = `<rect class="bar" x="${x - 7}" y="${from}" width="14" height="${height}" fill="url(#hatch)"/>`;
  return [bar, vertical(kind, x - 7, from, to), vertical(kind, x + 7, from, to)].join("");
}

function vertical(kind: string, x: number, from: string, to: string): string {
  return `<line class="${kind}" x1="${x}" y1="${from}" x2="${x}" y2="${to}"/>`;
}

/** The number of the step in the shape of its path; what follows has none, as it is no place where code runs. */
function drawMark({ path, role }: TimelineStep, index: number): string[] {
  if (role === "follows") {
    return [`<path class="after" d="M${lane.first - 6} ${at - 6}l6 8l6 -8"/>`];
  }
  const x = lane[path];
  const shape =
    path === "first"
      ? `<circle class="step first" cx="${x}" cy="${at}" r="10"/>`
      : `<rect class="step second" x="${x - 10}" y="${at - 10}" width="20" height="20"/>`;
  const number = `<text class="number" x="${x}" y="${at + 4}">${index + 1}</text>`;
  return role === "meets" ? [...drawCollision(path), shape, number] : [shape, number];
}

/** The cross lies on the first path, and the second one reaches out to it. */
function drawCollision(path: TimelineStep["path"]): string[] {
  const reach = `<line class="second" x1="${lane.second}" y1="${at}" x2="${lane.first + 11}" y2="${at}"/>`;
  const cross = `<path class="cross" d="M${lane.first - 9} ${at - 9}l18 18m0 -18l-18 18"/>`;
  return path === "second" ? [reach, cross] : [];
}

function drawButton(step: TimelineStep, index: number, isCurrent: boolean): string {
  const line = step.range.start.line + 1;
  const where = step.role === "follows" ? "what comes of it:" : `${step.path} path, line ${line}`;
  const code = step.role === "follows" || step.code === "" ? "" : `<code>${escape(step.code)}</code>`;
  return `<button class="go" data-step="${index}" title="Go to line ${line}"${isCurrent ? ' aria-current="step"' : ""}>
      <span class="where">${where}</span> <span class="what">${withCode(step.message)}</span>
      ${code}
    </button>`;
}

/** What stands between backticks is code. */
function withCode(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function escape(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
