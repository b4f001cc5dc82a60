import { Push } from "zeromq";

/** Sends figures to the monitoring, and a sign of life every second. */
export class Telemetry {
  private readonly socket = new Push();
  private heartbeat?: NodeJS.Timeout;

  start(address: string): void {
    this.socket.connect(address);
    this.heartbeat = setInterval(async () => {
      await this.socket.send(["heartbeat", String(Date.now())]);
    }, 1_000);
  }

  async report(name: string, value: number): Promise<void> {
    await this.socket.send([name, String(value)]);
  }

  stop(): void {
    clearInterval(this.heartbeat);
  }
}
