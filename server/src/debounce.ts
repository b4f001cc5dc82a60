/** Does something once nobody has asked for it any more for a while. */
export class Debounced {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly act: () => void,
    private readonly milliseconds: number,
  ) {}

  ask(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.act, this.milliseconds);
  }

  cancel(): void {
    clearTimeout(this.timer);
  }
}
