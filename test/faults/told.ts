/** What somebody who is connected to a device was told of it. */
export class Told {
  /** Each time that the connection came or went, in milliseconds of the monotonic clock. */
  readonly connections: { connected: boolean; at: number }[] = [];
  /** What was said of the power LED in this connection. */
  power: boolean[] = [];
  /** What was told while there was no connection. */
  ghosts = 0;
  /** Connections that have begun, where that is told. */
  greetings = 0;
  /** Called when the connection has come. */
  onConnected: () => void = () => undefined;

  get isConnected(): boolean {
    return this.connections.at(-1)?.connected ?? false;
  }

  connection(connected: boolean): void {
    this.connections.push({ connected, at: performance.now() });
    if (!connected) return;
    this.power = [];
    this.onConnected();
  }

  event(name: string): void {
    if (!this.isConnected) this.ghosts += 1;
    if (name === "loop") this.greetings += 1;
  }

  led(isLit: boolean): void {
    this.power.push(isLit);
  }
}
