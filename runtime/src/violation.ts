/** What the runtime reports when a contract is broken while the program runs. */

import { documentationUrl } from "@holdfast/contracts";
import { keyFor } from "./copies.js";
import { type Place, placeText, withoutOwnFrames } from "./place.js";

const brand = keyFor("violation");

/** The rules that a running program can break; the linter's rules of the same name find the same in its text. */
export type RuleId =
  | "no-concurrent-use"
  | "no-early-release"
  | "no-use-after-release"
  | "no-late-linger"
  | "no-late-option"
  | "no-nested-acquire"
  | "require-release"
  | "require-settlement";

/** One of the two sides of a violation. */
export interface Happening {
  /** The name of the method, or `()` for a call of the handle itself. */
  operation: string;
  /** Where it was called, if its stack was taken. */
  place?: Place;
}

/** What is known of a violation before it becomes an error. */
export interface ViolationFacts {
  rule: RuleId;
  /** `error`: harm is done. `warning`: the library has announced that it will be. */
  severity: "error" | "warning";
  /** `package#Handle`. */
  contract: string;
  /** What people call the handle. */
  noun: string;
  first: Happening;
  second: Happening;
  /** What happened, as a clause with `%1` and `%2` for the two sides. */
  what: string;
  /** What comes of it. */
  consequence: string;
  /** The text that the library itself has for the situation. */
  libraryText?: string;
  /** The `code` of the library's own error. */
  code?: string;
}

/**
 * A contract that was broken: which rule, on which handle, by which two operations, and where.
 *
 * Its message is one line; `libraryText` is what a user would search for, `page` the rule's documentation.
 */
export class HandleViolation extends Error {
  override readonly name = "HandleViolation";
  readonly rule: RuleId;
  readonly severity: "error" | "warning";
  /** `package#Handle`. */
  readonly contract: string;
  /** What was pending, or done, already. */
  readonly first: Happening;
  /** What should not have come then. */
  readonly second: Happening;
  readonly libraryText?: string;
  /** The `code` of the library's own error: who asks for it finds it, refused or not. */
  readonly code?: string;
  /** The page that explains the rule. */
  readonly page: string;
  /** The seed of the delays that have brought it to light, where operations were held back. */
  declare seed?: string;

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** @internal Whoever guards with another copy of this package throws one as well. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }

  constructor({ rule, severity, contract, noun, first, second, what, consequence, libraryText, code }: ViolationFacts) {
    const page = documentationUrl(rule);
    const told = what.replace(/%[12]/g, (side) => said(side === "%1" ? first : second));
    const text = libraryText === undefined ? "" : `: ${libraryText}`;
    super(`${rule}: ${noun}: ${told}; ${consequence}${text} (${page})`);
    this.rule = rule;
    this.severity = severity;
    this.contract = contract;
    this.first = first;
    this.second = second;
    if (libraryText !== undefined) this.libraryText = libraryText;
    if (code !== undefined) this.code = code;
    this.page = page;
    withoutOwnFrames(this);
  }

  /** The same as plain data: one line of a report. */
  toJSON(): object {
    const { rule, severity, contract, message, first, second, libraryText, page, seed } = this;
    return { rule, severity, contract, message, first, second, libraryText, page, seed };
  }
}

function said({ operation, place }: Happening): string {
  return place === undefined ? `\`${operation}\`` : `\`${operation}\` (${placeText(place)})`;
}
