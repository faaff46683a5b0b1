import type { PiKVM } from "../client";
import { deedOf } from "../schema/deeds";
import type { Field, Fields } from "../schema/field";
import { fieldsOf, type NodeSchema } from "../schema/node";
import { Files } from "./files";
import { Permit, type Permission } from "./permit";
import type { Progress } from "./progress";
import { readAs, readerOf, type ValueOf } from "./read";
import type { Unfinished } from "./unfinished";

/** What the fields of a node hold for one piece of work. A value that cannot be used throws when it is read. */
export type Values<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> };

/** One piece of work. */
export interface Work<F extends Fields> {
  pikvm: PiKVM;
  /** Read a field only when the action uses it: what it does not use may be unusable. */
  fields: Values<F>;
  /** Which files it may read and write: every path of a file goes through it. */
  files: Files;
  /** Notes what would be half done if this process were killed; absent where nobody would look at it. */
  unfinished?: Unfinished | undefined;
  /** What may be done: an action demands what its own choice does not tell. */
  permit: Permission;
  /** Whether a field is left empty on purpose; a message without the value that it should bring is something else. */
  isBlank: (field: keyof F & string) => boolean;
  /** Whether a field's value comes from the node's credentials. */
  isSecret: (field: keyof F & string) => boolean;
  /** Ends when the work is cancelled. Hand it to every call. */
  signal: AbortSignal;
  /** To be called with how far it is, as often as one likes. */
  progress: (progress: Progress) => void;
}

/** The work of a node with this schema. */
export type WorkOf<S> = S extends NodeSchema<infer F> ? Work<F> : never;

/** What a node can do, and with what: found by the node's name, for whoever wants it done. */
export interface Actions<F extends Fields = Fields> {
  schema: NodeSchema<F>;
  /** @returns the result, as the node's `msg.payload`. */
  perform(work: Work<F>): Promise<object>;
  /** Seconds for which its end is waited for when it is cancelled, where it must look what is left. Default 2. */
  settleTime?: number | undefined;
}

/** The names of the fields with a choice, and what can be chosen. */
type ChoicesIn<F extends Fields> = { [Name in keyof F]: F[Name] extends { kind: "choice" } ? Name : never }[keyof F];

/**
 * What is done for each value of the field that chooses: the compiler misses an action that is not there. The result
 * begins with what was chosen.
 */
export function actionsBy<F extends Fields, By extends ChoicesIn<F> & string>(
  schema: NodeSchema<F>,
  by: By,
  actions: Record<ValueOf<F[By]> & string, (work: Work<F>) => Promise<object>>,
): Actions<F> {
  const quietly = actionsQuietlyBy(schema, by, actions);
  return { schema, perform: async (work) => ({ [by]: work.fields[by], ...(await quietly.perform(work)) }) };
}

/** The same, with results that do not tell what was chosen. */
export function actionsQuietlyBy<F extends Fields, By extends ChoicesIn<F> & string>(
  schema: NodeSchema<F>,
  by: By,
  actions: Record<ValueOf<F[By]> & string, (work: Work<F>) => Promise<object>>,
): Actions<F> {
  // The field is one that chooses, so its value is the name of an action.
  return { schema, perform: (work) => actions[work.fields[by] as ValueOf<F[By]> & string](work) };
}

/**
 * An object with a getter for each field, which throws when the value cannot be used.
 * @param valueOf answers the reader's value: throws what is wrong with it.
 */
export function lazily<F extends Fields>(schema: NodeSchema<F>, valueOf: ValueOfField): Values<F> {
  const Known = classes.get(schema) ?? classOf(schema);
  classes.set(schema, Known);
  return new Known(valueOf) as unknown as Values<F>; // one getter for each field, typed by what its reader answers
}

type ValueOfField = (name: string, field: Field) => unknown;

/** The getters of a schema are made once, for all its objects. */
const classes = new WeakMap<NodeSchema, new (valueOf: ValueOfField) => object>();

function classOf(schema: NodeSchema): new (valueOf: ValueOfField) => object {
  class FieldValues {
    readonly #valueOf: ValueOfField;

    constructor(valueOf: ValueOfField) {
      this.#valueOf = valueOf;
    }

    static {
      for (const [name, field] of fieldsOf(schema)) {
        const get = function (this: FieldValues) {
          return this.#valueOf(name, field);
        };
        Object.defineProperty(this.prototype, name, { get });
      }
    }
  }
  return FieldValues;
}

/** What is given for an action without Node-RED. */
export interface Order {
  /** By the names of the fields; for what is absent its default holds, where that does not come with a message. */
  values: Readonly<Record<string, unknown>>;
  /** Default: any. */
  files?: Files;
  /** Default: everything. */
  permit?: Permission;
  signal?: AbortSignal;
  progress?: (progress: Progress) => void;
}

/**
 * Does what a node would do for a message whose fields hold these values.
 * @throws ConfigurationError for a value that cannot be used; what the action throws.
 */
export async function perform<F extends Fields>(
  actions: Actions<F>,
  pikvm: PiKVM,
  { values, files = new Files(), permit = new Permit(), ...order }: Order,
): Promise<object> {
  const { signal = new AbortController().signal, progress = () => undefined } = order;
  const isBlank = (name: string): boolean => values[name] === undefined || values[name] === "";
  const fields = lazily(actions.schema, (name, field) => {
    const value = values[name] === undefined ? fixedDefault(field) : values[name];
    return readAs(readerOf(field), value, () => name, "the request");
  });
  return doPermitted(actions, { pikvm, fields, files, permit, isBlank, isSecret: () => false, signal, progress });
}

/**
 * Does what the fields say, if it may be done.
 * @throws ConfigurationError, before anything is sent, for what is not permitted; what the action throws.
 */
export async function doPermitted<F extends Fields>(actions: Actions<F>, work: Work<F>): Promise<object> {
  work.permit.demand(deedOf(actions.schema, (name) => work.fields[name]));
  return actions.perform(work);
}

function fixedDefault({ default: initial }: Field): unknown {
  return typeof initial === "object" && "msg" in initial ? undefined : initial;
}
