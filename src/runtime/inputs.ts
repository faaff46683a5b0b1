import { lazily, type Values } from "../actions/action";
import { readAs, readerOf } from "../actions/read";
import type { Reader } from "../actions/readers";
import type { Field, Fields } from "../schema/field";
import { fieldsOf, type NodeSchema } from "../schema/node";
import { CHOICE, SECRET, STORED } from "../schema/stored";
import { isUsed, isWanted, type MayBe } from "../schema/when";
import { describeSource, evaluate, type TypedInput } from "./evaluate";
import type { FlowNode, Message, NodeAPI } from "./red";
import type { Stored } from "./stored";
import { checkedInput, throwIfVariable } from "./variables";

/** What a field holds for one message. Throws what is wrong with it. */
type Answer = () => unknown;

/** The typed inputs of a node's dialog. */
export class Inputs<F extends Fields> {
  readonly #schema: NodeSchema<F>;
  readonly #config: Stored;
  readonly #inputs: readonly Input[];

  constructor(RED: NodeAPI, node: FlowNode, config: Stored, schema: NodeSchema<F>) {
    this.#schema = schema;
    this.#config = config;
    this.#inputs = fieldsOf(schema).map(([name, field]) => {
      const input = { value: textOf(config[name]), type: textOf(config[`${name}Type`]) };
      return new Input(RED, node, { name, field, input });
    });
  }

  /** Whether a field is left empty on purpose. */
  readonly isBlank = (field: string): boolean => textOf(this.#config[field]) === "";

  /** Whether its value comes from the node's credentials. */
  readonly isSecret = (field: string): boolean => this.#config[`${field}Type`] === SECRET;

  /** All fields are evaluated, but only those that the action uses must be right. */
  async evaluate(message: Message): Promise<Values<F>> {
    const answers: Record<string, Answer> = {};
    let hasFailed = false;
    for (const input of this.#inputs) {
      try {
        answers[input.name] = input.constant ?? (await input.evaluate(message));
      } catch (error) {
        hasFailed = true;
        answers[input.name] = () => {
          throw error;
        };
      }
    }
    const values = lazily(this.#schema, (name) => answers[name]?.());
    // Before the action has sent anything.
    if (hasFailed)
      for (const { name, field } of this.#inputs)
        if (isUsed(field.when, mayBeIn(values))) throwIfVariable(() => values[name]);
    return values;
  }
}

/** Of these types a value is the same for every message. JSON is not: each message gets an object of its own. */
const CONSTANT = new Set(["str", "num", "bool", CHOICE, STORED, SECRET]);

/** One of them. */
class Input {
  readonly name: string;
  readonly field: Field;
  /** Once it has been evaluated: what holds for every message. What is wrong is found anew for each. */
  constant: Answer | undefined;
  readonly #RED: NodeAPI;
  readonly #node: FlowNode;
  readonly #input: TypedInput;
  readonly #reader: Reader<unknown>;

  constructor(RED: NodeAPI, node: FlowNode, { name, field, input }: { name: string; field: Field; input: TypedInput }) {
    this.name = name;
    this.field = field;
    this.#RED = RED;
    this.#node = node;
    this.#input = input;
    this.#reader = readerOf(field);
  }

  async evaluate(message: Message): Promise<Answer> {
    const { name, field } = this;
    const input = this.#input;
    const label = (): string => this.#RED._(`label.${name}`);
    const checked = checkedInput(this.#RED, this.#node, { name, label, field, input });
    const value = await evaluate(this.#RED, this.#node, checked, message);
    const read: Answer = () => readAs(this.#reader, value, label, describeSource(input));
    if (!CONSTANT.has(input.type)) return read;
    this.constant = () => {
      const result = read();
      // Who gets an object may change it.
      if (typeof result !== "object") this.constant = () => result;
      return result;
    };
    return this.constant;
  }
}

/** Whether a field holds one of these values; one that cannot be used may have been meant as any. */
function mayBeIn(values: Readonly<Record<string, unknown>>): MayBe {
  return (name, wanted) => {
    try {
      return isWanted(String(values[name]), wanted);
    } catch {
      return true;
    }
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
