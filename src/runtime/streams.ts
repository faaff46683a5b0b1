import { Readable } from "node:stream";
import type { PiKVMError } from "../client";
import type { Message } from "./red";

/**
 * Streams that a node has handed to its flow. Each holds a connection to the device until it ends, whether or not
 * anybody reads it.
 */
export class Streams {
  readonly #open = new Set<Readable>();

  /** Keeps those of a result until they end. */
  keep(result: unknown): void {
    for (const value of Object.values(result ?? {})) {
      if (!(value instanceof Readable)) continue;
      this.#open.add(value);
      // Node-RED copies a message for each wire but the first, and leaves what it does not know as it is: a copied
      // stream is a dead one.
      Object.defineProperty(value, Symbol.toStringTag, { value: "Readable", configurable: true });
      value.once("close", () => this.#open.delete(value));
    }
  }

  /** Who reads one gets the error. */
  end(error: PiKVMError): void {
    for (const stream of this.#open) stream.destroy(error);
  }
}

/**
 * A stream that comes with a message may fail before anybody reads it, or be refused with the message: that would end
 * Node-RED.
 */
export function expectFailures(message: Message): void {
  for (const value of objectsIn(message))
    for (const stream of value instanceof Readable ? [value] : objectsIn(value))
      if (stream instanceof Readable) stream.on("error", () => undefined);
}

/** The objects among an object's own properties; none of a Buffer. No getter is called: it might throw. */
function objectsIn(object: object): object[] {
  if (ArrayBuffer.isView(object)) return [];
  const objects: object[] = [];
  for (const name of Reflect.ownKeys(object)) {
    const value: unknown = Object.getOwnPropertyDescriptor(object, name)?.value;
    if (typeof value === "object" && value !== null) objects.push(value);
  }
  return objects;
}
