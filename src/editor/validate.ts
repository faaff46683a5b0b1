import { referenceIn, variableIn } from "../schema/variable";
import { common } from "./words";

/** What Node-RED hands to a validator besides the value; `label` is set when the property has one. */
interface ValidateOptions {
  label?: string;
}

export type Validate = (this: object, value: string) => boolean;

/**
 * Makes a property validator of a function that answers why a value cannot be used (undefined: it can). The reason is
 * shown as a tooltip at the field and at the node, so it starts with the name of the field.
 */
export function validator(label: () => string, problem: (node: object, value: string) => string | undefined): Validate {
  function validate(this: object, value: string, opt: ValidateOptions): true | string {
    const reason = problem(this, value);
    return reason === undefined || `${opt.label ?? label()}: ${reason}`;
  }
  // Node-RED gives validators with two parameters the options and takes a string as the reason; the types know only
  // the older form with one.
  return validate as unknown as Validate;
}

/**
 * The same for one type of a typed input, which shows its reason at the field only when it finds the mistake itself.
 */
export function typeValidator(problem: (value: string) => string | undefined): (value: string) => boolean {
  const validate = (value: string): true | string => problem(value) ?? true;
  // As above: a string is the reason, which the types do not know.
  return validate as unknown as (value: string) => boolean;
}

/** A whole property may be an environment variable, which Node-RED puts in when the node starts. */
export const isEnvReference = (value: string): boolean => variableIn(value) !== undefined;

/** Why a text with a variable inside cannot be used, or undefined. */
export const insideProblem = (value: string): string | undefined =>
  referenceIn(value) === undefined ? undefined : common("reason.variable");

/** Why the text is not a number in the range, as a key and values for `common`, or undefined when it is. */
export function rangeProblem(
  value: string,
  { min, max }: { min: number; max: number },
): { key: string; values: Record<string, number> } | undefined {
  const number = value.trim() === "" ? NaN : Number(value);
  if (number >= min && number <= max) return undefined;
  return { key: "reason.between", values: { min, max } };
}
