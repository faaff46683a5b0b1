import { perform, type Actions } from "../actions/action";
import type { Permission } from "../actions/permit";
import { asPiKVMError } from "../actions/thrown";
import { BusyError, CancelledError, ConfigurationError, PiKVMError, type PiKVM } from "../client";
import { within } from "../client/deadline";
import { beforeTurn } from "../client/lanes/before-turn";
import { Answers, type Asker } from "./answers";
import type { Arrival, Channel } from "./channel";
import type { Order } from "./entity";
import { Freshness } from "./freshness";
import { NoFiles } from "./no-files";
import type { Pending } from "./pending";
import { bodyOf, readRequest } from "./requests";

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
/** One that is to be done. */
interface Command {
  asker: Asker;
  isAnswered: boolean;
  freshness: Freshness;
  /** @throws ConfigurationError for what cannot be read. */
  read: () => Order;
}

/** Carries out what comes from a broker, as the nodes would, and answers. */
export class Commands {
  readonly #uses: CommandUses;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #answers: Answers;
  /** Topics from which what the broker keeps is being removed: that comes back to us as an empty message. */
  readonly #clearing = new Set<string>();

  constructor(uses: CommandUses) {
    this.#uses = uses;
    this.#answers = new Answers(uses);
  }

  /** What was published below `do`. Answers. */
  request(path: string, arrival: Arrival): void {
    if (this.isStored(arrival)) return;
    const { topic, responseTopic, correlationData } = arrival;
    const asker: Asker = { topic, responseTopic, correlationData };
    const freshness = new Freshness(arrival);
    const read = (): Order => {
      const body = bodyOf(arrival.payload);
      // First of all: who is refused has to know which request it was.
      asker.id = body["id"];
      const request = readRequest(this.#uses.actions, path, body);
      freshness.add(request.sent);
      return request.order;
    };
    this.#run({ asker, isAnswered: true, freshness, read });
  }

  /** What was published to the `set` of an entity. Answers who says where. */
  order(arrival: Arrival, read: () => Order): void {
    if (this.isStored(arrival)) return;
    const { topic, payload, responseTopic, correlationData } = arrival;
    const readText = (): Order => {
      // So what is kept is removed by hand, too: nothing is meant by it.
      if (payload.length === 0) throw new ConfigurationError("The message is empty; nothing was done.");
      return read();
    };
    const asker: Asker = { topic, responseTopic, correlationData };
    const isAnswered = responseTopic !== undefined;
    this.#run({ asker, isAnswered, freshness: new Freshness(arrival), read: readText });
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

  #run(command: Command): void {
    const { asker, isAnswered } = command;
    let forget: (() => void) | undefined;
    const begin = async (): Promise<void> => {
      forget = await this.#uses.pending?.note(asker, isAnswered);
    };
    const running = this.#perform(command, begin).then((outcome) => {
      if (isAnswered) this.#answers.send(asker, outcome);
      forget?.();
      this.#uses.onOutcome(outcome);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Never rejects. */
  async #perform({ asker: { topic }, freshness, read }: Command, begin: () => Promise<void>): Promise<Outcome> {
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
      await begin();
      this.#stop.signal.throwIfAborted();
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
}
