/** Operations of one handle that are held back for a moment. They begin in the order in which they were called. */

interface Held {
  milliseconds: number;
  begin: () => void;
}

export class HoldQueue {
  private readonly held: Held[] = [];
  private timer: NodeJS.Timeout | undefined;

  get isEmpty(): boolean {
    return this.held.length === 0;
  }

  /** Gives the outcome of what begins when its time has come. */
  hold(milliseconds: number, begin: () => unknown): Promise<unknown> {
    return new Promise((resolve) => {
      this.held.push({ milliseconds, begin: () => resolve(new Promise((settle) => settle(begin()))) });
      if (this.held.length === 1) this.waitForFirst();
    });
  }

  /** Nothing is held any longer: what comes next has to find that all of it has begun. */
  letGo(): void {
    clearTimeout(this.timer);
    for (const { begin } of this.held.splice(0)) begin();
  }

  private waitForFirst(): void {
    const [first] = this.held;
    if (first === undefined) return;
    this.timer = setTimeout(() => {
      this.held.shift();
      first.begin();
      this.waitForFirst();
    }, first.milliseconds);
  }
}
