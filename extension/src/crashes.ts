/** When a server that ended by itself is started again: soon at first, then later, and not for ever. */

/** So many ends within so many milliseconds are too many. */
const most = 5;
const period = 3 * 60_000;
const shortestDelay = 250;

export class Crashes {
  private times: number[] = [];

  /** Notes an end. Gives how many milliseconds to wait before the next start, or nothing if it should stay down. */
  note(now: number): number | undefined {
    this.times = [...this.times.filter((time) => now - time < period), now];
    return this.times.length >= most ? undefined : shortestDelay * 2 ** (this.times.length - 1);
  }

  /** What was is forgotten: somebody wants another try. */
  forget(): void {
    this.times = [];
  }
}

/** Why a process ended, by what the system says of its end and by what the process said before. */
export function reasonOf(exitCode: number | null, signal: string | null, said: string): string {
  const how = signal === null ? `it ended with code ${exitCode ?? "unknown"}` : `it was ended by ${signal}`;
  const cause = said.split("\n").find((line) => /\berror\b/i.test(line));
  return cause === undefined ? how : `${how}: ${cause.trim()}`;
}
