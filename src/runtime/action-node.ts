import { BusyError, CancelledError, ConfigurationError, type PiKVM, type PiKVMError } from "../client";
import { doPermitted, type Actions, type Work } from "../actions/action";
import { progressOf } from "../actions/progress";
import { asPiKVMError } from "../actions/thrown";
import type { Fields } from "../schema/field";
import { dropConfirmation, isConfirmed } from "./confirm";
import { deviceById, type Device } from "./device";
import { DevicesInUse } from "./devices-in-use";
import { fail, isErrorOutputWired } from "./failure";
import { deviceByName, nameFor } from "./find-device";
import type { Reached } from "./look";
import { Inputs } from "./inputs";
import { legible, readIncoming, type Incoming } from "./incoming";
import { Orderly } from "./orderly";
import type { Done, FlowNode, Message, NodeAPI, Send } from "./red";
import { settledSoon } from "./settled";
import { onceStarted } from "./started";
import { Status } from "./status";
import type { Stored } from "./stored";
import { Streams } from "./streams";

/**
 * Messages that one node works on or holds at the same time; a flow that sends faster than a device works must hear of
 * it.
 */
const LIMIT = 500;

/** A message that has come in and not gone out yet. */
interface Job {
  message: Message;
  send: Send;
  done: Done;
  /** Once it is known. */
  device?: Device;
}

/** What a node does, and what its status says of the result. */
interface NodeWork<F extends Fields> {
  actions: Actions<F>;
  reached?: ((result: object) => Reached) | undefined;
}

/** The engine of every action node: from a message coming in to exactly one message, or error, going out. */
export class ActionNode<F extends Fields> {
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  readonly #config: Stored;
  readonly #actions: Actions<F>;
  readonly #reached: NodeWork<F>["reached"];
  readonly #inputs: Inputs<F>;
  readonly #status: Status;
  readonly #devices: DevicesInUse;
  readonly #jobs = new Map<Job, Promise<void>>();
  readonly #streams = new Streams();
  /** Messages start in the order they came in, however long their fields take to evaluate. */
  readonly #orderly = new Orderly();
  /** A message has come. */
  #hasWorked = false;
  #closing = false;

  constructor(RED: NodeAPI, node: FlowNode, config: Stored, { actions, reached }: NodeWork<F>) {
    this.#RED = RED;
    this.#node = node;
    this.#config = config;
    this.#actions = actions;
    this.#reached = reached;
    this.#inputs = new Inputs(RED, node, config, actions.schema);
    this.#status = new Status(RED, node);
    this.#devices = new DevicesInUse(node, () => this.#status.refresh());
  }

  listen(): void {
    this.#node.on("input", (message, send, done) => {
      this.#receive(message, send, done);
    });
    const forget = onceStarted(this.#RED, () => void this.#look());
    this.#node.on("close", (done: () => void) => {
      forget();
      void this.#close().finally(done);
    });
    this.#status.clear();
  }

  /** Shows what is known of its device before the first message, without connecting. Never rejects. */
  async #look(): Promise<void> {
    const { device: id = "", deviceFromMsg = false } = this.#config;
    if (deviceFromMsg && id === "") return;
    const isIdle = () => !this.#hasWorked && !this.#closing;
    let device: Device | undefined;
    try {
      device = deviceById(this.#RED, id);
      await device.check();
      if (!isIdle()) return;
      this.#devices.follow(device);
      this.#status.expect(device);
    } catch (thrown) {
      if (isIdle()) this.#status.show({ is: "failed", error: asPiKVMError(thrown) }, device);
    }
  }

  #receive(given: Message, send: Send, done: Done): void {
    this.#hasWorked = true;
    let incoming: Incoming;
    try {
      incoming = readIncoming(given);
    } catch (thrown) {
      const error = asPiKVMError(thrown);
      this.#fail(this.#jobFor(legible(this.#RED, given), given, send, done), error);
      if (this.#jobs.size === 0) this.#status.show({ is: "failed", error });
      return;
    }
    if (incoming.is === "order") {
      this.#accept(this.#jobFor(incoming.message, given, send, done));
      return;
    }
    if (incoming.is === "reset") this.#cancelAll("The flow cancelled it (msg.reset).");
    done();
  }

  /** @param message what the node works on: what was given, or a copy of it, which Node-RED does not know. */
  #jobFor(message: Message, given: Message, send: Send, done: Done): Job {
    const doneWithCopy: Done = (error) => (error ? this.#node.error(error, message) : done());
    return { message, send, done: message === given ? done : doneWithCopy };
  }

  #accept(job: Job): void {
    if (this.#jobs.size >= LIMIT) {
      const text = `This node is working on ${LIMIT} messages already; nothing was sent.`;
      this.#fail(job, new BusyError(text, { statusCode: 0 }, { code: "QUEUE_FULL" }));
      return;
    }
    this.#jobs.set(job, this.#run(job));
    this.#status.show({ is: "working", count: this.#jobs.size });
  }

  /** Never rejects: whatever goes wrong leaves through the one path for failures. */
  async #run(job: Job): Promise<void> {
    let error: PiKVMError | undefined;
    let reached: Reached | undefined;
    try {
      const payload = await this.#orderly.run({
        prepare: (signal) => this.#prepare(job, signal),
        perform: (work) => doPermitted(this.#actions, work),
      });
      this.#streams.keep(payload);
      reached = this.#reachedBy(payload);
      job.message["payload"] = payload;
      this.#spendConfirmation(job.message);
      job.send([job.message, null]);
    } catch (thrown) {
      error = asPiKVMError(thrown);
      this.#fail(job, error);
    }
    if (!error) this.#complete(job);
    this.#jobs.delete(job);
    job.device?.reach.heard(error);
    if (this.#closing) return;
    if (this.#jobs.size > 0) this.#status.show({ is: "working", count: this.#jobs.size });
    else this.#status.show(error ? { is: "failed", error } : { is: "done", reached }, job.device);
  }

  /** A result is one, whatever can be said of it. */
  #reachedBy(result: object): Reached | undefined {
    try {
      return this.#reached?.(result);
    } catch {
      return undefined;
    }
  }

  async #prepare(job: Job, signal: AbortSignal): Promise<Work<F>> {
    const { message, send } = job;
    const device = this.#chooseDevice(message);
    job.device = device;
    message["pikvm"] = nameFor(this.#RED, this.#node, device);
    const pikvm: PiKVM = await this.#devices.join(device);
    const fields = await this.#inputs.evaluate(message);
    const progress = progressOf((text, told) => {
      this.#status.show({ is: "progress", text });
      if (!this.#config.progress) return;
      const { _msgid, topic, pikvm } = message;
      send([{ _msgid, ...(topic === undefined ? {} : { topic }), pikvm, progress: told }, null]);
    });
    const { isBlank, isSecret } = this.#inputs;
    const permit = device.permit(!this.#config.confirm || isConfirmed(message));
    const { files, unfinished } = device;
    return { pikvm, fields, files, unfinished, permit, isBlank, isSecret, signal, progress };
  }

  /** Whatever was done: one that is meant for this node must not count at the next. */
  #spendConfirmation(message: Message): void {
    if (this.#config.confirm) dropConfirmation(message);
  }

  #chooseDevice(message: Message): Device {
    const named = message["pikvm"];
    if (!this.#config.deviceFromMsg || named === undefined) return deviceById(this.#RED, this.#config.device ?? "");
    // Anything else must not end at the dialog's device: that would be the wrong computer.
    if (typeof named !== "string")
      throw new ConfigurationError("msg.pikvm must be the name or id of a device, as a text.");
    return deviceByName(this.#RED, this.#node, named);
  }

  /** The result is out, whatever those do who are told that the message is done. */
  #complete(job: Job): void {
    try {
      job.done();
    } catch (thrown) {
      // As a warning: an error would go to Catch nodes, after the message has gone to an output.
      this.#node.warn(asPiKVMError(thrown));
    }
  }

  #fail(job: Job, error: PiKVMError): void {
    const isWired = isErrorOutputWired(this.#node);
    this.#spendConfirmation(job.message);
    try {
      // A deploy is no failure: nobody is told who has not wired the error output.
      if (this.#closing && !isWired) this.#complete(job);
      else fail(this.#node, job.message, error, job.send, (error) => (error ? job.done(error) : this.#complete(job)));
    } catch (thrown) {
      // For Catch nodes Node-RED copies the message, which what is in it may prevent.
      if (isWired) this.#node.error(asPiKVMError(thrown));
      else this.#node.error(error, legible(this.#RED, job.message));
    }
  }

  #cancelAll(reason: string): void {
    this.#orderly.cancel(reason, this.#closing ? undefined : this.#actions.settleTime);
    this.#streams.end(new CancelledError(reason));
  }

  async #close(): Promise<void> {
    this.#closing = true;
    this.#status.end();
    this.#cancelAll("The node was closed.");
    await settledSoon(Promise.all(this.#jobs.values()));
    await settledSoon(this.#devices.leave());
  }
}
