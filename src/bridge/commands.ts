import { perform, type Actions } from "../actions/action";
import type { Permission } from "../actions/permit";
import { asPiKVMError } from "../actions/thrown";
import { BusyError, CancelledError, ConfigurationError, PiKVMError, type PiKVM } from "../client";
import { within } from "../client/deadline";
import { beforeTurn } from "../client/lanes/before-turn";
import { resultAsJson } from "./answers";
import type { Arrival, Channel } from "./channel";
import type { Order } from "./entity";
import { Freshness } from "./freshness";
import { NoFiles } from "./no-files";
import { readRequest } from "./requests";

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
/** One that is to be done. */
interface Command {
  topic: string;
  freshness: Freshness;
  /** @throws ConfigurationError for what cannot be read. */
  read: () => Order;
}

/** Carries out what comes from a broker, as the nodes would, and answers. */
export class Commands {
  readonly #uses: CommandUses;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** Topics from which what the broker keeps is being removed: that comes back to us as an empty message. */
  readonly #clearing = new Set<string>();

  constructor(uses: CommandUses) {
    this.#uses = uses;
  }

  /** What was published to `do/<node>/<action>`. Answers. */
  request(path: string, arrival: Arrival): void {
    if (this.isStored(arrival)) return;
    let id: unknown;
    const freshness = new Freshness(arrival);
    const read = (): Order => {
      const request = readRequest(this.#uses.actions, path, arrival.payload);
      id = request.id;
      freshness.add(request.sent);
      return request.order;
    };
    this.#run({ topic: arrival.topic, freshness, read }, (outcome) => this.#answer(arrival, id, outcome));
  }

  /** What was published to the `set` of an entity. */
  order(arrival: Arrival, read: () => Order): void {
    if (this.isStored(arrival)) return;
    const { topic, payload } = arrival;
    const readText = (): Order => {
      // So what is kept is removed by hand, too: nothing is meant by it.
      if (payload.length === 0) throw new ConfigurationError("The message is empty; nothing was done.");
      return read();
    };
    this.#run({ topic, freshness: new Freshness(arrival), read: readText }, () => undefined);
  }

  /** A command that the broker keeps would be done at each connect: nobody meant that, and it is removed. */
  isStored({ topic, payload, isRetained }: Arrival): boolean {
    if (payload.length === 0 && this.#clearing.delete(topic)) return true;
    if (isRetained && payload.length > 0) {
      this.#clearing.add(topic);
      void this.#uses.channel.publish({ topic, payload: "", retain: true }).then((isTaken) => {
        if (!isTaken) this.#clearing.delete(topic);
      });
    }
    return isRetained;
  }

  async close(): Promise<void> {
    this.#stop.abort(new CancelledError("The bridge was closed."));
    await Promise.all(this.#running);
  }

  #run(command: Command, answer: (outcome: Outcome) => void): void {
    const running = this.#perform(command).then((outcome) => {
      answer(outcome);
      this.#uses.onOutcome(outcome);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Never rejects. */
  async #perform({ topic, freshness, read }: Command): Promise<Outcome> {
    const { pikvm, actions, permit } = this.#uses;
    let order: Order | undefined;
    try {
      order = read();
      freshness.demand();
      if (this.#running.size >= LIMIT) {
        const text = `${LIMIT} commands are being carried out already; nothing was sent.`;
        throw new BusyError(text, { statusCode: 0 }, { code: "QUEUE_FULL" });
      }
      const node = actions[order.node];
      if (!node) throw new PiKVMError(`There is no node "${order.node}".`);
      const work = { values: order.values, files: new NoFiles(), permit: permit() };
      const result = await within([this.#stop.signal], undefined, ({ signal }) => {
        beforeTurn(signal, () => freshness.demand());
        return perform(node, pikvm, { ...work, signal });
      });
      return { topic, order, result };
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
