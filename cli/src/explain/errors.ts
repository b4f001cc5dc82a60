import type { Contract, Handle, Lane, LateOutcomes, Release } from "@holdfast/contracts";

/** The text of an error that a library raises where a rule is broken. */
export interface LibraryError {
  package: string;
  text: string;
}

/** What the contracts say that users see when they break a rule; each text once a package. */
export function errorsOf(ruleId: string, contracts: readonly Contract[]): LibraryError[] {
  const textsOf = errorTexts[ruleId];
  if (textsOf === undefined) return [];
  const seen = new Set<string>();
  return contracts.flatMap((contract) => {
    const texts = contract.handles.flatMap(textsOf).filter((text) => text !== undefined);
    return texts.flatMap((text) => {
      const key = `${contract.package} ${text}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ package: contract.package, text }];
    });
  });
}

type Texts = (handle: Handle) => (string | undefined)[];

/** Where in a contract the errors of a rule stand. */
const errorTexts: Record<string, Texts> = {
  "no-concurrent-use": ({ lanes }) => Object.values(lanes).flatMap(overlapTexts),
  "no-early-release": ({ releases }) => releasesOf(releases).map(({ pending }) => pending?.error),
  "no-use-after-release": ({ afterRelease, releases }) => [
    ...lateTexts(afterRelease),
    afterRelease.errorOnFailure,
    ...Object.values(afterRelease.after ?? {}).flatMap(lateTexts),
    ...releasesOf(releases).flatMap(({ second }) => [
      second.error,
      second.underWay?.error,
      ...Object.values(second.errorAfter ?? {}),
    ]),
  ],
};

function lateTexts({ error, operations = {} }: LateOutcomes): (string | undefined)[] {
  return [error, ...Object.values(operations).map((outcome) => outcome.error)];
}

function overlapTexts({ overlap, phases = {} }: Lane): (string | undefined)[] {
  return [overlap, ...Object.values(phases)].flatMap(({ error, announcedEnd }) => [error, announcedEnd?.text]);
}

function releasesOf(releases: Record<string, Release>): Release[] {
  return Object.values(releases);
}
