import { perform, type Actions } from "../actions/action";
import type { Permission } from "../actions/permit";
import { asPiKVMError } from "../actions/thrown";
import { BusyError, CancelledError, ConfigurationError, PiKVMError, type PiKVM } from "../client";
import { Answers, type Asker } from "./answers";
import type { Arrival, Channel } from "./channel";
import type { Order } from "./entity";
import { NoFiles } from "./no-files";
import type { Pending } from "./pending";
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
  /** Where others may have to answer for us. */
  pending?: Pending | undefined;
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
  readonly #answers: Answers;

  constructor(uses: CommandUses) {
    this.#uses = uses;
    this.#answers = new Answers(uses);
  }

  /** What was published to `do/<node>/<action>`. Answers. */
  request(path: string, arrival: Arrival): void {
    if (this.#isStored(arrival)) return;
    const { topic, responseTopic, correlationData } = arrival;
    const asker: Asker = { topic, responseTopic, correlationData };
    const read = (): Order => {
      const request = readRequest(this.#uses.actions, path, arrival.payload);
      asker.id = request.id;
      demandFresh(request);
      return request.order;
    };
    this.#run(asker, read, (outcome) => this.#answers.send(asker, outcome));
  }

  /** What was published to the `set` of an entity. */
  order(arrival: Arrival, read: () => Order): void {
    if (!this.#isStored(arrival)) this.#run({ topic: arrival.topic }, read);
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

  #run(asker: Asker, read: () => Order, answer?: (outcome: Outcome) => void): void {
    let forget: (() => void) | undefined;
    const begin = async (): Promise<void> => {
      forget = await this.#uses.pending?.note(asker, answer !== undefined);
    };
    const running = this.#perform(asker.topic, read, begin).then((outcome) => {
      answer?.(outcome);
      forget?.();
      this.#uses.onOutcome(outcome);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Never rejects. */
  async #perform(topic: string, read: () => Order, begin: () => Promise<void>): Promise<Outcome> {
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
      await begin();
      this.#stop.signal.throwIfAborted();
      const work = { values: order.values, files: new NoFiles(), permit: permit(), signal: this.#stop.signal };
      return { topic, order, result: await perform(node, pikvm, work) };
    } catch (thrown) {
      return { topic, ...(order ? { order } : {}), error: asPiKVMError(thrown) };
    }
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
