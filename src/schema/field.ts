import type { When } from "./when";

/** Where the value of a field comes from when it is not given in the dialog. */
export const SOURCES = ["msg", "flow", "global", "env", "jsonata"] as const;

/** A value that comes with the message. */
export interface FromMessage {
  msg: string;
}

/** A property of the message as the default of a field. */
export const fromMsg = (property: string): FromMessage => ({ msg: property });

/** What the list of a field offers: what the device has, or what this package knows. */
export type Suggested =
  | "channels"
  | "edids"
  | "images"
  | "key"
  | "keys"
  | "keymaps"
  | "languages"
  | "mountable"
  | "paths"
  | "ports"
  | "watched paths";

export type Unit = "seconds" | "pixels" | "percent" | "bitrate" | "fps" | "times";

/**
 * What every field says of itself. Words for it are in the node's catalogue: `label.<name>`, and `hint.<name>` with
 * `hint`.
 */
interface Common {
  /** Of Font Awesome 4. */
  icon: string;
  /** There are words that explain it; with `each`, other words for each of its values (`hint.<name>.<value>`). */
  hint?: true | "each";
  /** Absent: always. */
  when?: When;
  /**
   * Seldom touched: the dialog folds it, the help explains it last. `unless sure`: folded only as long as a message may
   * choose something that does not use it.
   */
  expert?: true | "unless sure";
  /** A text that may have `${...}` inside as what it is: something to type, a pattern. */
  verbatim?: true;
}

interface WithText extends Common {
  default: string | FromMessage;
  suggest?: Suggested;
}

interface ChoiceOptions<C extends string> extends Common {
  default: C | FromMessage;
  /** What a node dragged from the palette has; default as one whose flow says nothing. */
  fresh?: C;
  /** Other values that mean one of the list, in lower case and with underscores. */
  synonyms?: Readonly<Record<string, C>>;
  /** Whose catalogue has the words for the values, and by which field: `atx-power:action`. Default its own. */
  words?: string;
}

interface TextOptions extends WithText {
  /** Nothing at all is a value. */
  blank?: true;
  /** A message may bring a text without characters. */
  empty?: true;
  /** Nothing given by a message is an empty text. */
  optional?: true;
  /** The text may be kept in the node's credentials instead. */
  secret?: true;
  /** There is an example, in the words of `placeholder.<name>`; where no typed input is in its place. */
  placeholder?: true;
}

export interface Range {
  min: number;
  max: number;
  /** Only whole numbers. */
  whole?: true;
}

interface NumberOptions extends Common, Range {
  default: number | "" | FromMessage;
  unit?: Unit;
  /** Nothing at all is a value. */
  blank?: true;
  /** A message may bring nothing. */
  optional?: true;
}

interface FlagOptions extends Common {
  default: boolean | FromMessage;
  /** Nothing given by a message is no. */
  optional?: true;
}

interface ValueOptions extends Common {
  default: string | number | boolean | FromMessage;
  /** When it need not be a number. */
  textual?: When;
}

/** One of a list; `<field>.<value>` in the node's catalogue says what each means. */
export const choice = <const C extends readonly string[], const O extends ChoiceOptions<C[number]>>(
  choices: C,
  options: O,
) => ({ kind: "choice", choices, ...options }) as const;

export const text = <const O extends TextOptions>(options: O) => ({ kind: "text", ...options }) as const;

/** Several names in one text, with commas, blanks or plus signs; or a list of them from a message. */
export const names = <const O extends WithText & { blank?: true }>(options: O) =>
  ({ kind: "names", ...options }) as const;

export const number = <const O extends NumberOptions>(options: O) => ({ kind: "number", ...options }) as const;

const DAY = 86_400;

/** A duration: up to a day unless it says otherwise. */
export const seconds = <const O extends Omit<NumberOptions, "unit" | "min" | "max"> & Partial<Range>>(options: O) => {
  const { min = 0, max = DAY }: Partial<Range> = options;
  return { kind: "number", unit: "seconds", ...options, min, max } as const;
};

export const flag = <const O extends FlagOptions>(options: O) => ({ kind: "flag", ...options }) as const;

/** A text, a number or yes and no: what another value is compared with. */
export const value = <const O extends ValueOptions>(options: O) => ({ kind: "value", ...options }) as const;

/** Whatever a message brings; the action decides. */
export const anything = <const O extends WithText & { blank?: true }>(options: O) =>
  ({ kind: "anything", ...options }) as const;

/** JSON that is kept in the node, however long, or what a message brings. */
export const json = <const O extends Common & { default: string | FromMessage }>(options: O) =>
  ({ kind: "json", ...options }) as const;

/** `left, top, right, bottom` in pixels; nothing is all of the picture. */
export const region = <const O extends WithText>(options: O) => ({ kind: "region", ...options }) as const;

/** Parameters of a query; nothing is none. */
export const query = <const O extends WithText>(options: O) => ({ kind: "query", blank: true, ...options }) as const;

/** Bytes, or a text that stands for them. */
export const data = <const O extends WithText>(options: O) => ({ kind: "data", ...options }) as const;

/** The name of an image, or the result of a node that has stored one. */
export const image = <const O extends WithText>(options: O) => ({ kind: "image", ...options }) as const;

/** An image to send: a path, bytes or a stream. */
export const imageSource = <const O extends WithText>(options: O) => ({ kind: "imageSource", ...options }) as const;

/** Some of a list of values, also others that a flow file names. */
export const checks = <const C extends readonly string[], const O extends Common & { default: readonly string[] }>(
  choices: C,
  options: O,
) => ({ kind: "checks", choices, ...options }) as const;

/** A list of texts. */
export const list = <const O extends Common & { default: readonly string[]; suggest?: Suggested }>(options: O) =>
  ({ kind: "list", ...options }) as const;

interface ConfigNodeOptions extends Common {
  type: string;
  /** None is a choice. */
  blank?: true;
}

/** Another config node, by its id. */
export const configNode = <const O extends ConfigNodeOptions>(options: O) =>
  ({ kind: "configNode", default: "", ...options }) as const;

/** Any field; narrow it by its kind. */
export type Field =
  | (ChoiceOptions<string> & { kind: "choice"; choices: readonly string[] })
  | (TextOptions & { kind: "text" })
  | (WithText & { kind: "names" | "anything"; blank?: true })
  | (WithText & { kind: "region" | "data" | "image" | "imageSource" })
  | (WithText & { kind: "query"; blank: true })
  | (NumberOptions & { kind: "number" })
  | (FlagOptions & { kind: "flag" })
  | (ValueOptions & { kind: "value" })
  | (Common & { kind: "json"; default: string | FromMessage })
  | (Common & { kind: "checks"; choices: readonly string[]; default: readonly string[] })
  | (Common & { kind: "list"; default: readonly string[]; suggest?: Suggested })
  | (ConfigNodeOptions & { kind: "configNode"; default: string });

export type Fields = Readonly<Record<string, Field>>;

export type FieldOf<Kind extends Field["kind"]> = Extract<Field, { kind: Kind }>;
