import type { Deeds, DeedsOf, Effect } from "./deeds";
import type { Field, Fields } from "./field";
import type { Wanted, When } from "./when";

/**
 * Makes what a flow stored by one version of the schema into what the next version stores. It may be given anything:
 * flow files are edited by hand.
 */
export type Migration = (stored: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/**
 * What a node is, for both of its halves: action nodes take messages, and each of their fields may come with one;
 * sources, bridges and the device store plain values.
 */
export interface NodeSchema<F extends Fields = Fields> {
  /** Of its folder and its words; `pikvm-<name>` is its type. */
  name: string;
  role: "action" | "source" | "bridge" | "device";
  fields: F;
  /** Of an action node: what it does to the device. */
  deeds?: Effect | Deeds;
  /** What is kept in the node's credentials, besides the `secret` of a text that may be one. */
  secrets?: readonly string[];
  /** Whether the dialog offers messages that tell how far the work is, and when. */
  progress?: true | When;
  /** From version 1 on, in order: their number makes the version that is stored now. */
  migrations?: readonly Migration[];
}

/** The type by which flows know it. */
export const typeOf = ({ name }: NodeSchema): string => `pikvm-${name}`;

/** The names of all that is kept in the node's credentials. */
export function secretsOf({ fields, secrets = [] }: NodeSchema): readonly string[] {
  const hasSecret = Object.values(fields).some((field) => field.kind === "text" && field.secret);
  return hasSecret ? [...secrets, "secret"] : secrets;
}

/** What is stored now; flows of 0.1.0 store none, which is the first. */
export const versionOf = ({ migrations = [] }: NodeSchema): number => 1 + migrations.length;

type Settings<F> = Omit<NodeSchema, "role" | "fields" | "deeds"> & { fields: F & Checked<F> };

/** A node that does something for a message. */
export const actionNode = <const F extends Fields>(
  settings: Settings<F> & { deeds: Effect | NoInfer<DeedsOf<F>> },
): NodeSchema<F> => ({
  role: "action",
  ...settings,
});

/** A node that sends messages by itself. */
export const sourceNode = <const F extends Fields>(settings: Settings<F>): NodeSchema<F> => ({
  role: "source",
  ...settings,
});

/** The same, which takes messages too. */
export const bridgeNode = <const F extends Fields>(settings: Settings<F>): NodeSchema<F> => ({
  role: "bridge",
  ...settings,
});

/** Whether messages come in. */
export const hasInput = ({ role }: NodeSchema): boolean => role === "action" || role === "bridge";

/** The config node that other nodes use. */
export const deviceNode = <const F extends Fields>(settings: Settings<F>): NodeSchema<F> => ({
  role: "device",
  ...settings,
});

/** Conditions name fields that there are, and values that these can have; anything else does not compile. */
type Checked<F> = {
  [Name in keyof F]: (F[Name] extends { when: infer W } ? { when: CheckedWhen<W, F> } : unknown) &
    (F[Name] extends { textual: infer W } ? { textual: CheckedWhen<W, F> } : unknown);
};

type CheckedWhen<W, F> = W extends readonly unknown[]
  ? { [Index in keyof W]: CheckedTogether<W[Index], F> }
  : CheckedTogether<W, F>;

type CheckedTogether<T, F> = {
  [Name in keyof T]: string extends Name ? Wanted : Name extends keyof F ? WantedOf<F[Name]> : never;
};

type WantedOf<F> = F extends { choices: readonly (infer C)[] } ? readonly C[] : Wanted;

/** What is stored of the fields of a node that has no typed inputs. */
export type PlainFields<F> = { [Name in keyof F]: PlainOf<F[Name]> };

type PlainOf<F> = F extends { kind: "choice"; choices: readonly (infer C)[] }
  ? C
  : F extends { kind: "checks" | "list" }
    ? readonly string[]
    : F extends { kind: "flag" }
      ? boolean
      : string;

/** The names of the fields, in the order of the dialog. */
export const fieldsOf = (schema: NodeSchema): [name: string, field: Field][] => Object.entries(schema.fields);
