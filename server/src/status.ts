import type { Connection } from "vscode-languageserver/node";
import { type Status, statusNotification } from "./protocol.js";

/** How the server is doing, told to clients that show it, and again only when it changes. */
export class StatusReporter {
  private status: Status;
  private told = "";
  private limitation: string | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly isShown: boolean,
    compiler: string,
  ) {
    this.status = { state: "starting", compiler };
  }

  get current(): Status {
    return this.status;
  }

  /** There is nothing to do at the moment. */
  idle(): void {
    const isLimited = this.limitation !== undefined;
    this.set({ state: isLimited ? "limited" : "ready", message: this.limitation });
  }

  /** From here on it works less well than it could, for a reason in one sentence; nothing for all is well again. */
  limit(reason: string | undefined): void {
    this.limitation = reason;
    this.idle();
  }

  /** What is left out stays as it is; what is undefined is no longer so. */
  set(change: Partial<Status>): void {
    this.status = { ...this.status, ...change };
    const text = JSON.stringify(this.status);
    if (!this.isShown || text === this.told) return;
    this.told = text;
    void this.connection.sendNotification(statusNotification, this.status);
  }
}
