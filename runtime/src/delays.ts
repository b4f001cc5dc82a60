/**
 * Makes races appear that hide: holds operations back for a moment at places where two of them come near each other in
 * one lane, so that the one meets the other. Which calls are held, and for how long, follows from the seed and from what
 * earlier runs have learned; so a violation that was found comes again with its seed.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Place, placeText } from "./place.js";

/** What was learned of one place in the program. */
export interface Learned {
  /** How often another operation came near the one that starts here. */
  near: number;
  /** How often an operation was held here. */
  held: number;
  /** How often that led to a violation. */
  found: number;
}

/** By place, as `operation file:line:column`. */
export type Lessons = Record<string, Learned>;

/** What is kept from one run to the next. */
interface Memory {
  version: 1;
  lessons: Lessons;
  /** By seed, what was known when it found something: to find it again. The latest ones only. */
  finds: { seed: string; lessons: Lessons }[];
}

/** Operations that are no further apart in time come near each other; in milliseconds. */
const nearness = 100;
/** The longest that an operation is held, in milliseconds. */
const longest = 20;
/** Of calls at places that nothing is known of, one in so many is held. */
const unknownOneIn = 20;
const mostFinds = 20;
const mostLessons = 10_000;

export class Delays {
  private readonly known: Lessons;
  private readonly memory: Memory;
  /** By place, how many calls there have been. */
  private readonly calls = new Map<string, number>();
  private hasFound = false;

  constructor(
    readonly seed: string,
    private readonly file?: string,
  ) {
    this.memory = readMemory(file);
    const found = this.memory.finds.find((find) => find.seed === seed);
    // Decisions of a run rest on what was known before it: what it learns itself depends on the clock.
    this.known = structuredClone(found?.lessons ?? this.memory.lessons);
  }

  /** For how many milliseconds the operation that starts there is to be held; mostly 0. */
  hold(operation: string, place: Place | undefined): number {
    const key = keyOf(operation, place);
    const number = (this.calls.get(key) ?? 0) + 1;
    if (this.calls.size < mostLessons || this.calls.has(key)) this.calls.set(key, number);
    const [chance, length] = this.dice(key, number);
    if (chance >= likelihood(this.known[key])) return 0;
    this.lesson(key).held++;
    return 1 + Math.floor(length * longest);
  }

  /** Two operations may have come near each other in one lane. */
  near(
    one: { operation: string; place?: Place; at: number },
    other: { operation: string; place?: Place; at: number },
  ): void {
    if (Math.abs(one.at - other.at) > nearness) return;
    const places = new Set([one, other].map(({ operation, place }) => keyOf(operation, place)));
    for (const place of places) this.lesson(place).near++;
  }

  /** They have met, and that broke a contract. */
  found(...sides: { operation: string; place?: Place }[]): void {
    this.hasFound = true;
    for (const { operation, place } of sides) this.lesson(keyOf(operation, place)).found++;
  }

  /** Keeps what was learned for the next run. */
  save(): void {
    if (this.file === undefined) return;
    const others = this.memory.finds.filter(({ seed }) => seed !== this.seed);
    const finds = this.hasFound
      ? [...others, { seed: this.seed, lessons: this.known }].slice(-mostFinds)
      : this.memory.finds;
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${JSON.stringify({ ...this.memory, finds } satisfies Memory, undefined, 2)}\n`);
  }

  private lesson(key: string): Learned {
    const { lessons } = this.memory;
    const isRoom = key in lessons || Object.keys(lessons).length < mostLessons;
    const lesson = lessons[key] ?? { near: 0, held: 0, found: 0 };
    if (isRoom) lessons[key] = lesson;
    return lesson;
  }

  /** Two numbers from 0 to 1 that the seed gives for one call at one place. */
  private dice(key: string, call: number): [number, number] {
    const digest = createHash("sha1").update(`${this.seed}\0${key}\0${call}`).digest();
    return [digest.readUInt32LE(0) / 2 ** 32, digest.readUInt32LE(4) / 2 ** 32];
  }
}

/** Where it has paid, always; where operations come near, often, and less often the more it was tried in vain. */
function likelihood(learned: Learned | undefined): number {
  if (learned === undefined) return 1 / unknownOneIn;
  if (learned.found > 0) return 1;
  return learned.near === 0 ? 1 / (unknownOneIn + learned.held) : 1 / (1 + learned.held / 10);
}

function keyOf(operation: string, place: Place | undefined): string {
  return place === undefined ? operation : `${operation} ${placeText(place)}`;
}

function readMemory(file: string | undefined): Memory {
  const empty: Memory = { version: 1, lessons: {}, finds: [] };
  try {
    const read = file === undefined ? undefined : (JSON.parse(readFileSync(file, "utf8")) as Partial<Memory>);
    return read?.version === 1 ? { ...empty, ...read } : empty;
  } catch {
    // The first run, or a file that somebody has spoilt: there is nothing to go by yet.
    return empty;
  }
}
