import type {
  ConnectionChange,
  DeviceEvent,
  EventsOptions,
  EventStream,
  PiKVM,
  PiKVMError,
  StateChange,
  States,
} from "../client";
import type { Values } from "../actions/action";
import type { Files } from "../actions/files";
import { asPiKVMError } from "../actions/thrown";
import type { Fields } from "../schema/field";
import type { NodeSchema } from "../schema/node";
import { deviceById, type Device } from "./device";
import { fail } from "./failure";
import { copyOf } from "./copy";
import { nameFor } from "./find-device";
import { MissingPaths, type MissingPath } from "./missing";
import type { FlowNode, Message, NodeAPI } from "./red";
import type { StartNode } from "./register";
import { settledSoon } from "./settled";
import { onceStarted } from "./started";
import { Status } from "./status";
import { settingsIn, storedIn } from "./stored";

/** A new message, as far as its source decides it; the engine completes it. What it has may be shared with others. */
export interface Emission {
  topic: string;
  payload: unknown;
  [property: string]: unknown;
}

/** What a source makes of what its device reports. One is made for each node. */
export interface Source {
  /** States to compute besides those that the device reports. */
  derived?: EventsOptions;
  onEvent?: (event: DeviceEvent) => Emission[];
  onState?: (change: StateChange) => Emission[];
  onConnection?: (change: ConnectionChange) => Emission[];
  /** Paths that lead nowhere, which people are told of once the device has reported everything. */
  missing?: (states: Readonly<States>) => MissingPath[];
  /** Instead of the events: runs as long as the flow does. What it throws is told, and ends it. */
  work?: (bench: Workbench) => Promise<void>;
}

/** What a source's own work is done with. */
interface Workbench {
  pikvm: PiKVM;
  /** Which files it may write. */
  files: Files;
  /** Ends when the node does. */
  signal: AbortSignal;
  send: (emission: Emission) => void;
  /** To be called when the connection comes or goes; of an outage it says why once. */
  onConnection: (change: ConnectionChange) => void;
  /** To be called when something else goes wrong, and when it is right again. */
  failed: (error: PiKVMError) => void;
  recovered: () => void;
}

/** A kind of node that produces messages by itself. */
export function sourceModule<F extends Fields>(
  schema: NodeSchema<F>,
  create: (settings: Values<F>) => Source,
): StartNode {
  return (RED, node, stored) => {
    const config = storedIn(schema, node, stored);
    const source = new SourceNode(RED, node, config.device ?? "", () => create(settingsIn(RED, schema, config)));
    const forget = onceStarted(RED, () => void source.start());
    node.on("close", (done: () => void) => {
      forget();
      void source.close().finally(done);
    });
  };
}

/** The engine of every source node: one subscription, messages out, one error for each outage. */
class SourceNode {
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  readonly #deviceId: string;
  readonly #create: () => Source;
  readonly #status: Status;
  #device: Device | undefined;
  #stream: EventStream | undefined;
  #missing: MissingPaths | undefined;
  #work: Promise<void> | undefined;
  readonly #stop = new AbortController();
  #closed = false;
  /** It was connected before. */
  #wasThere = false;

  constructor(RED: NodeAPI, node: FlowNode, deviceId: string, create: () => Source) {
    this.#RED = RED;
    this.#node = node;
    this.#deviceId = deviceId;
    this.#create = create;
    this.#status = new Status(RED, node);
  }

  /** Never rejects. */
  async start(): Promise<void> {
    try {
      const source = this.#create();
      this.#device = deviceById(this.#RED, this.#deviceId);
      this.#status.show({ is: "connecting" });
      const pikvm = await this.#device.join(this.#node);
      if (this.#closed) return;
      if (source.work) this.#work = this.#run(source.work, source, { pikvm, files: this.#device.files });
      else this.#listen(source, pikvm);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#missing?.end();
    this.#stop.abort();
    await settledSoon(this.#work);
    await settledSoon(this.#stream?.close());
    await settledSoon(this.#device?.leave(this.#node));
  }

  #listen(source: Source, pikvm: PiKVM): void {
    const stream = pikvm.events(source.derived);
    this.#stream = stream;
    this.#missing = new MissingPaths(
      this.#node,
      (state) => this.#status.show(state, this.#device),
      () => source.missing?.(stream.states) ?? [],
    );
    stream.on("event", (event) => this.#guard(() => this.#onEvent(event, source)));
    if (source.onState) stream.on("state", (change) => this.#guard(() => this.#onState(change, source)));
    stream.on("connection", (change) => this.#guard(() => this.#onConnection(change, source)));
    stream.on("retry", ({ error, at }) => this.#guard(() => this.#showFailure(error, at)));
    stream.on("problem", (error) => this.#guard(() => this.#fail(error)));
  }

  #onEvent(event: DeviceEvent, source: Source): void {
    // One slow answer to another node does not mean that it is lost.
    this.#device?.reach.heard();
    this.#emit(source.onEvent?.(event));
  }

  #onState(change: StateChange, source: Source): void {
    this.#emit(source.onState?.(change));
    this.#missing?.onState();
  }

  /** Never rejects. */
  async #run(
    work: NonNullable<Source["work"]>,
    source: Source,
    uses: Pick<Workbench, "pikvm" | "files">,
  ): Promise<void> {
    const onConnection = (change: ConnectionChange) => this.#guard(() => this.#onConnection(change, source));
    const send = (emission: Emission) => this.#guard(() => this.#emit([emission]));
    const failed = (error: PiKVMError) => this.#guard(() => this.#fail(error));
    const recovered = () => this.#guard(() => this.#status.show({ is: "connected" }, this.#device));
    try {
      await work({ ...uses, signal: this.#stop.signal, send, onConnection, failed, recovered });
    } catch (thrown) {
      if (!this.#closed) this.#fail(thrown);
    }
  }

  #onConnection(change: ConnectionChange, source: Source): void {
    if (change.repeated && change.error) {
      // The flow knows of it already; the time of the next trial is new.
      this.#showFailure(change.error);
      return;
    }
    this.#missing?.onConnection(change.connected);
    if (change.connected || change.error) this.#device?.reach.heard(change.error);
    if (change.connected) this.#status.show({ is: "connected" }, this.#device);
    this.#emit(source.onConnection?.(change));
    if (change.error) this.#fail(change.error);
    this.#wasThere ||= change.connected;
  }

  #showFailure(error: PiKVMError, again?: Date): void {
    this.#status.show({ is: "failed", error, wasThere: this.#wasThere, again }, this.#device);
  }

  #emit(emissions: Emission[] = []): void {
    for (const emission of emissions) {
      // States are shared with other nodes; a flow may change what it is given.
      for (const name in emission) emission[name] = copyOf(emission[name]);
      emission["pikvm"] = this.#deviceName();
      this.#node.send(newMessage(emission));
    }
  }

  #deviceName(): string | undefined {
    return this.#device && nameFor(this.#RED, this.#node, this.#device);
  }

  /** Called by the WebSocket: an exception would end Node-RED. */
  #guard(work: () => void): void {
    if (this.#closed) return;
    try {
      work();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** Never throws: there is nobody behind it who could do something about that. */
  #fail(thrown: unknown): void {
    const error = asPiKVMError(thrown);
    try {
      this.#showFailure(error);
      const message = newMessage({ topic: "error", pikvm: this.#deviceName() });
      fail(this.#node, message, error, (messages) => this.#node.send(messages));
    } catch (cause) {
      this.#node.warn(asPiKVMError(cause));
    }
  }
}

/** Node-RED gives a message its id when it is sent. */
function newMessage(properties: Record<string, unknown>): Message {
  return properties as Message;
}
