import { perform, type Actions } from "../actions/action";
import type { Permission } from "../actions/permit";
import { asPiKVMError } from "../actions/thrown";
import { BusyError, CancelledError, ConfigurationError, PiKVMError, type PiKVM } from "../client";
import { resultAsJson } from "./answers";
import type { Arrival, Channel } from "./channel";
import type { Order } from "./entity";
import { NoFiles } from "./no-files";
import { readRequest, type Request } from "./requests";

/** What has become of one command. */
export interface Outcome {
  /** Where it was published. */
  topic: string;
  order?: Order;
  result?: object;
  error?: PiKVMError;
}

export interface CommandUses {
  pikvm: PiKVM;
  channel: Channel;
  actions: Readonly<Record<string, Actions>>;
  /** What may be done. @throws ConfigurationError when the setting cannot work. */
  permit: () => Permission;
  /** An error as the flow sees it. */
  errorAsJson: (error: PiKVMError) => object;
  onOutcome: (outcome: Outcome) => void;
}

/** Commands at the same time; whoever sends faster than a device works must hear of it. */
const LIMIT = 100;
/** Seconds after which a command that says when it was sent is too old. */
const TOO_OLD = 30;

/** Carries out what comes from a broker, as the nodes would, and answers. */
export class Commands {
  readonly #uses: CommandUses;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(uses: CommandUses) {
    this.#uses = uses;
  }

  /** What was published to `do/<node>/<action>`. Answers. */
  request(path: string, arrival: Arrival): void {
    if (this.#isStored(arrival)) return;
    let id: unknown;
    const read = (): Order => {
      const request = readRequest(this.#uses.actions, path, arrival.payload);
      id = request.id;
      demandFresh(request);
      return request.order;
    };
    this.#run(arrival.topic, read, (outcome) => this.#answer(arrival, id, outcome));
  }

  /** What was published to the `set` of an entity. */
  order(arrival: Arrival, read: () => Order): void {
    if (!this.#isStored(arrival)) this.#run(arrival.topic, read, () => undefined);
  }

  /** A command that the broker keeps would be done at each connect: nobody meant that, and it is removed. */
  #isStored({ topic, payload, isRetained }: Arrival): boolean {
    if (isRetained && payload.length > 0) void this.#uses.channel.publish({ topic, payload: "", retain: true });
    return isRetained;
  }

  async close(): Promise<void> {
    this.#stop.abort(new CancelledError("The bridge was closed."));
    await Promise.all(this.#running);
  }

  #run(topic: string, read: () => Order, answer: (outcome: Outcome) => void): void {
    const running = this.#perform(topic, read).then((outcome) => {
      answer(outcome);
      this.#uses.onOutcome(outcome);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Never rejects. */
  async #perform(topic: string, read: () => Order): Promise<Outcome> {
    const { pikvm, actions, permit } = this.#uses;
    let order: Order | undefined;
    try {
      order = read();
      if (this.#running.size >= LIMIT) {
        const text = `${LIMIT} commands are being carried out already; nothing was sent.`;
        throw new BusyError(text, { statusCode: 0 }, { code: "QUEUE_FULL" });
      }
      const node = actions[order.node];
      if (!node) throw new PiKVMError(`There is no node "${order.node}".`);
      const work = { values: order.values, files: new NoFiles(), permit: permit(), signal: this.#stop.signal };
      return { topic, order, result: await perform(node, pikvm, work) };
    } catch (thrown) {
      return { topic, ...(order ? { order } : {}), error: asPiKVMError(thrown) };
    }
  }

  #answer({ topic, responseTopic, correlationData }: Arrival, id: unknown, { result, error }: Outcome): void {
    const { channel } = this.#uses;
    const said = this.#asJson(result, error);
    const text = JSON.stringify(id === undefined ? said : { id, ...said });
    const payload = Buffer.byteLength(text) <= channel.largest ? text : JSON.stringify({ id, ...this.#tooLarge(text) });
    void channel.publish({ topic: responseTopic ?? `${topic}/result`, payload, correlationData });
  }

  #asJson(result: object | undefined, error: PiKVMError | undefined): object {
    if (error) return { error: this.#uses.errorAsJson(error) };
    try {
      return { result: resultAsJson(result ?? {}) };
    } catch (thrown) {
      return { error: this.#uses.errorAsJson(asPiKVMError(thrown)) };
    }
  }

  #tooLarge(text: string): object {
    const { largest } = this.#uses.channel;
    const message = `It was done, but its result of ${text.length} bytes is more than the broker takes (${largest}).`;
    return { error: this.#uses.errorAsJson(new PiKVMError(message, { code: "TOO_LARGE" })) };
  }
}

/** @throws ConfigurationError for what was sent too long ago, or by a clock that is wrong. */
function demandFresh({ sent }: Request): void {
  if (sent === undefined) return;
  const age = Date.now() / 1000 - sent;
  if (Math.abs(age) <= TOO_OLD) return;
  const told = age > 0 ? `${Math.round(age)} s ago` : `${Math.round(-age)} s from now`;
  throw new ConfigurationError(
    `The command says that it was sent ${told}; it may be at most ${TOO_OLD} s old, and nothing was done. ` +
      "If that cannot be, compare the clocks of the two computers.",
    { code: "EXPIRED" },
  );
}
