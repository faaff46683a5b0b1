import type { WidgetTypedInputType, WidgetTypedInputTypeDefinition } from "@node-red/editor-client";
import { CHOICE, SECRET, STORED } from "../config";
import { indented, onOneLine } from "./json";
import { REGION } from "./region";
import { prepareRegion } from "./region-picker";
import { rangeProblem } from "./validate";
import { common, type Words } from "./words";

/** Node-RED's own types look like this; given in full they can have our validators and suggestions. */
const STRING = { value: "str", icon: "red/images/typedInput/az.svg" };
const NUMBER = { value: "num", icon: "red/images/typedInput/09.svg" };
const BOOLEAN = { value: "bool", icon: "red/images/typedInput/bool.svg", options: ["true", "false"] };

const nodeRedType = (type: WidgetTypedInputTypeDefinition): WidgetTypedInputTypeDefinition => ({
  ...type,
  label: RED._(`typedInput.type.${type.value}`),
});

/** True when the field holds one of the values or one that fits, or when that is only known once a message comes. */
export type MayBe = (field: string, ...values: (string | ((value: string) => boolean))[]) => boolean;

/** One field of a dialog: a value given in the dialog, or taken from the message, a context, the environment, ... */
export interface Field {
  /** The kinds of value that can be given in the dialog. */
  fixed(words: Words, name: string): WidgetTypedInputTypeDefinition[];
  /** Why a value given in the dialog cannot be used, given the others, or undefined. */
  problem(value: string, type: string, mayBe: MayBe): string | undefined;
  /** Whether the field matters, given the others; if not, its row is hidden and its value is not looked at. */
  used(mayBe: MayBe): boolean;
  /** Adds what the field has besides its typed input. */
  prepare?(input: JQuery): void;
}

interface Use {
  used?: Field["used"];
}

const always = (): boolean => true;
const blankProblem = (value: string): string | undefined => (value === "" ? common("reason.blank") : undefined);

/** One of a list; `<field>.<value>` in the node's catalogue says what each means. */
export const choice = (values: readonly string[], { used = always }: Use = {}): Field => ({
  fixed: (words, name) => [
    {
      value: CHOICE,
      label: common("source.choice"),
      icon: "fa fa-list-ul",
      options: values.map((value) => ({ value, label: words(`${name}.${value}`) })),
    },
  ],
  problem: (value) => (values.includes(value) ? undefined : common("reason.choice", { values: values.join(", ") })),
  used,
});

interface TextOptions extends Use {
  /** Whether nothing at all is a value. */
  blank?: boolean;
  /** Whether the text may be kept in the node's credentials instead. */
  secret?: boolean;
  suggest?: Suggest;
  problem?: (value: string) => string | undefined;
}

export const text = ({ blank, secret, suggest, problem, used = always }: TextOptions = {}): Field => ({
  fixed: () => [
    nodeRedType(suggest ? { ...STRING, autoComplete: suggest } : STRING),
    ...(secret ? [{ value: SECRET, label: common("source.secret"), icon: "fa fa-lock", hasValue: false }] : []),
  ],
  problem: (value, type) => {
    if (type === SECRET || (value === "" && blank)) return undefined;
    return blankProblem(value) ?? problem?.(value);
  },
  used,
});

/** JSON that is kept in the node, edited in a window of its own. */
export const stored = ({ problem, used = always }: Pick<TextOptions, "problem" | "used"> = {}): Field => ({
  fixed: () => [
    {
      value: STORED,
      label: common("source.stored"),
      icon: "red/images/typedInput/json.svg",
      expand() {
        RED.editor.editJSON({
          value: indented(this.value()),
          complete: (json) => this.value(onOneLine(String(json))),
        });
      },
    },
  ],
  problem: (value) => blankProblem(value) ?? problem?.(value),
  used,
});

interface NumberOptions extends Use {
  min?: number;
  max?: number;
  /** Only whole numbers. */
  whole?: boolean;
  /** Whether nothing at all is a value. */
  blank?: boolean;
}

export const number = ({ min = 0, max, whole, blank, used = always }: NumberOptions = {}): Field => ({
  fixed: () => [nodeRedType(NUMBER)],
  problem: (value) => {
    if (blank && value === "") return undefined;
    const range = rangeProblem(value, max === undefined ? { min } : { min, max });
    if (range) return common(range.key, range.values);
    return whole && !Number.isInteger(Number(value)) ? common("reason.whole") : undefined;
  },
  used,
});

/** A duration; the row of the dialog has `unit="seconds"`. */
export const seconds = number;

interface ValueOptions extends Use {
  /** Whether only a number can be meant, given the other fields. */
  numeric?: (mayBe: MayBe) => boolean;
}

/** A text, a number or yes and no: what a value is compared with. */
export const value = ({ numeric = () => false, used = always }: ValueOptions = {}): Field => ({
  fixed: () => [STRING, NUMBER, BOOLEAN].map(nodeRedType),
  problem: (value, type, mayBe) => {
    const isNumber = !Number.isNaN(Number(value.trim() || NaN));
    return (type === "num" || numeric(mayBe)) && !isNumber ? common("reason.number") : undefined;
  },
  used,
});

/** `left, top, right, bottom` in pixels, or nothing. */
export const region = ({ used = always }: Use = {}): Field => ({
  fixed: () => [nodeRedType(STRING)],
  problem: (value) => (REGION.test(value) ? undefined : common("reason.region")),
  prepare: prepareRegion,
  used,
});

export const flag = ({ used = always }: Use = {}): Field => ({
  fixed: () => [nodeRedType(BOOLEAN)],
  problem: () => undefined,
  used,
});

/** The sources that every field offers besides what is given in the dialog. */
export const SOURCES = ["msg", "flow", "global", "env", "jsonata"] as const satisfies WidgetTypedInputType[];

/** Why a value that names a source cannot be used, or undefined. */
export function sourceProblem(value: string, source: string): string | undefined {
  if (value === "") return common("reason.blank");
  const valid = RED.utils.validateTypedProperty(value, source, {});
  return valid === true ? undefined : valid;
}
