import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** The way between a client and a device, at a TCP port of its own, and what may become of it. */
export class Cable {
  /** Connections that were tried. */
  tried = 0;
  readonly #device: number;
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #becomesOf: "passed" | "reset" | "swallowed" = "passed";

  /** @param device its port. */
  constructor(device: number) {
    this.#device = device;
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      this.tried += 1;
      const line = new Line(client, this.#becomesOf === "passed" ? this.#device : undefined);
      if (this.#becomesOf === "reset") line.reset();
      else this.#lines.add(line);
      client.once("close", () => line.isDead && this.#lines.delete(line));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on a port
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.unplug();
    await closed;
  }

  /** Every connection is reset, and new ones are, too. */
  unplug(): void {
    this.#becomesOf = "reset";
    for (const line of this.#lines) line.reset();
    this.#lines.clear();
  }

  /** What is sent does not arrive from now on, whatever ends does not say so, and who connects hears nothing. */
  vanish(): void {
    this.#becomesOf = "swallowed";
    for (const line of this.#lines) line.hold();
  }

  /**
   * The device is there again. What was sent on connections of before arrives now, as TCP sends it again; those that
   * began meanwhile are lost.
   */
  appear(): void {
    this.#becomesOf = "passed";
    for (const line of this.#lines) line.deliver();
  }

  /** The same for the connections of now alone: the device has forgotten them, and does not say so. */
  strand(): void {
    for (const line of this.#lines) line.hold();
  }
}

/** One connection of the client, with its own to the device. */
class Line {
  readonly #client: Socket;
  /** Absent where nothing ever arrives. */
  readonly #device: Socket | undefined;
  /** What is on its way while nothing arrives. */
  readonly #held: (() => void)[] = [];
  #isHeld = false;

  constructor(client: Socket, port: number | undefined) {
    this.#client = client.on("error", () => undefined);
    if (port === undefined) {
      client.resume().on("end", () => client.destroy());
      return;
    }
    this.#device = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
    this.#pass(client, this.#device);
    this.#pass(this.#device, client);
  }

  /** Neither end uses it any more. */
  get isDead(): boolean {
    return this.#client.destroyed && (this.#device?.destroyed ?? true);
  }

  reset(): void {
    for (const socket of [this.#client, this.#device]) socket?.resetAndDestroy();
  }

  hold(): void {
    this.#isHeld = true;
  }

  deliver(): void {
    this.#isHeld = false;
    for (const arrive of this.#held.splice(0)) arrive();
  }

  #pass(from: Socket, to: Socket): void {
    from.setNoDelay(true);
    const soon = (arrive: () => void) => (this.#isHeld ? void this.#held.push(arrive) : arrive());
    from.on("data", (bytes: Buffer) => soon(() => to.destroyed || to.write(bytes)));
    from.on("end", () => soon(() => to.end()));
    from.on("close", () => soon(() => to.destroy()));
  }
}
