import { BusyError, CancelledError, ConfigurationError, type PiKVM, type PiKVMError } from "../client";
import { lazily, type Actions, type Values, type Work } from "../actions/action";
import { progressOf } from "../actions/progress";
import { readAs, readerOf } from "../actions/read";
import { asPiKVMError } from "../actions/thrown";
import type { Fields } from "../schema/field";
import { fieldsOf } from "../schema/node";
import { deviceById, deviceByName, type Device } from "./device";
import { describeSource, evaluate, type TypedInput } from "./evaluate";
import { fail, isErrorOutputWired } from "./failure";
import type { Done, FlowNode, Message, NodeAPI, Send } from "./red";
import { settledSoon } from "./settled";
import { Status } from "./status";
import type { Stored } from "./stored";
import { expectFailures, Streams } from "./streams";

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
  cancel: AbortController;
}

/** The engine of every action node: from a message coming in to exactly one message, or error, going out. */
export class ActionNode<F extends Fields> {
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  readonly #config: Stored;
  readonly #actions: Actions<F>;
  readonly #status: Status;
  /** By their ids: one that is deployed anew takes the place of the old one. */
  readonly #devices = new Map<string, Device>();
  readonly #jobs = new Map<Job, Promise<void>>();
  readonly #streams = new Streams();
  /** Messages start in the order they came in, however long their fields take to evaluate. */
  #started: Promise<unknown> = Promise.resolve();
  #closing = false;

  constructor(RED: NodeAPI, node: FlowNode, config: Stored, actions: Actions<F>) {
    this.#RED = RED;
    this.#node = node;
    this.#config = config;
    this.#actions = actions;
    this.#status = new Status(RED, node);
  }

  listen(): void {
    this.#node.on("input", (message, send, done) => {
      this.#receive(message, send, done);
    });
    this.#node.on("close", (done: () => void) => {
      void this.#close().finally(done);
    });
    this.#status.clear();
  }

  #receive(message: Message, send: Send, done: Done): void {
    if (message["reset"] !== undefined && message["reset"] !== false) {
      this.#cancelAll("The flow cancelled it (msg.reset).");
      done();
      return;
    }
    if (isProgress(message)) {
      done();
      return;
    }
    expectFailures(message);
    // The result belongs into the message, also where a function node has frozen it.
    const own = Object.isExtensible(message) ? message : { ...message };
    const job: Job = { message: own, send, done, cancel: new AbortController() };
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
    try {
      const payload = await this.#perform(job);
      this.#streams.keep(payload);
      job.message["payload"] = payload;
      job.send([job.message, null]);
    } catch (thrown) {
      error = asPiKVMError(thrown);
      this.#fail(job, error);
    }
    if (!error) this.#complete(job);
    this.#jobs.delete(job);
    if (this.#closing) return;
    if (this.#jobs.size > 0) this.#status.show({ is: "working", count: this.#jobs.size });
    else this.#status.show(error ? { is: "failed", error } : { is: "done" });
  }

  async #perform(job: Job): Promise<unknown> {
    const { signal } = job.cancel;
    const cancelled = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(asPiKVMError(signal.reason)), { once: true });
    });
    let hasBegun = false as boolean; // it changes below, which the compiler does not see
    // Wrapped, so that the next message starts when this one has started, not when it is done.
    const started = this.#started.then(async () => {
      signal.throwIfAborted();
      const work = await this.#prepare(job);
      signal.throwIfAborted();
      hasBegun = true;
      return { result: startOf(() => this.#actions.perform(work)) };
    });
    // One whose fields are never evaluated does not hold up the others once it is cancelled.
    this.#started = Promise.race([started, cancelled]).catch(() => undefined);
    const result = started.then((running) => running.result);
    try {
      return await Promise.race([result, cancelled]);
    } catch (error) {
      if (!signal.aborted) throw error;
      // What is cancelled may still have to clean up, e.g. release a key, and knows best how it ended.
      await settledSoon(result, this.#closing ? undefined : this.#actions.settleTime);
      return await Promise.race([result, hasBegun ? Promise.reject(unfinished(error)) : cancelled]);
    }
  }

  async #prepare({ message, cancel, send }: Job): Promise<Work<F>> {
    const device = this.#chooseDevice(message);
    message["pikvm"] = device.name;
    this.#devices.set(device.id, device);
    this.#status.isInsecure = device.isInsecure;
    const pikvm: PiKVM = await device.join(this.#node);
    const fields = await this.#evaluateFields(message);
    const report = progressOf((text, told) => {
      this.#status.show({ is: "progress", text });
      if (!this.#config.progress) return;
      const { _msgid, topic, pikvm } = message;
      send([{ _msgid, ...(topic === undefined ? {} : { topic }), pikvm, progress: told }, null]);
    });
    const isBlank = (field: string) => textOf(this.#config[field]) === "";
    return { pikvm, fields, files: device.files, isBlank, signal: cancel.signal, progress: report };
  }

  #chooseDevice(message: Message): Device {
    const named = message["pikvm"];
    if (!this.#config.deviceFromMsg || named === undefined) return deviceById(this.#RED, this.#config.device ?? "");
    // Anything else must not end at the dialog's device: that would be the wrong computer.
    if (typeof named !== "string")
      throw new ConfigurationError("msg.pikvm must be the name or id of a device, as a text.");
    return deviceByName(this.#RED, named);
  }

  /** All fields are evaluated, but only those that the action uses must be right. */
  async #evaluateFields(message: Message): Promise<Values<F>> {
    const { schema } = this.#actions;
    const evaluated = new Map<string, () => unknown>();
    for (const [name, field] of fieldsOf(schema)) {
      const input: TypedInput = { value: textOf(this.#config[name]), type: textOf(this.#config[`${name}Type`]) };
      const answer = await evaluate(this.#RED, this.#node, input, message).then(
        (value) => () => readAs(readerOf(field), value, this.#RED._(`label.${name}`), describeSource(input)),
        (error: unknown) => () => {
          throw error;
        },
      );
      evaluated.set(name, answer);
    }
    return lazily(schema, (name) => evaluated.get(name)?.());
  }

  /** The result is out, whatever those do who are told that the message is done. */
  #complete(job: Job): void {
    try {
      job.done();
    } catch (thrown) {
      this.#node.error(asPiKVMError(thrown));
    }
  }

  #fail(job: Job, error: PiKVMError): void {
    try {
      // A deploy is no failure: nobody is told who has not wired the error output.
      if (this.#closing && !isErrorOutputWired(this.#node)) job.done();
      else fail(this.#node, job.message, error, job.send, job.done);
    } catch (thrown) {
      this.#node.error(asPiKVMError(thrown));
    }
  }

  #cancelAll(reason: string): void {
    for (const job of this.#jobs.keys()) job.cancel.abort(new CancelledError(reason));
    this.#streams.end(new CancelledError(reason));
  }

  async #close(): Promise<void> {
    this.#closing = true;
    this.#cancelAll("The node was closed.");
    await settledSoon(Promise.all(this.#jobs.values()));
    const leaving = [...this.#devices.values()].map((device) => device.leave(this.#node));
    await settledSoon(Promise.all(leaving));
  }
}

/** Whether a node before this one only tells how far it is: that is no order to do anything. */
function isProgress({ progress, ...message }: Message): boolean {
  return typeof progress === "object" && progress !== null && "unit" in progress && !("payload" in message);
}

/** For what was cancelled and has not come to an end soon. */
function unfinished(cancel: unknown): CancelledError {
  return new CancelledError(asPiKVMError(cancel).message, { outcome: "unknown", cause: cancel });
}

/** A promise for what a function does, also when it throws before it returns one. */
function startOf<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
