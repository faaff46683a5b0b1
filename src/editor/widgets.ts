import type { WidgetTypedInputTypeDefinition } from "@node-red/editor-client";
import { isRegionText } from "../client/vocabulary";
import type { Field, FieldOf } from "../schema/field";
import { CHOICE, SECRET, STORED } from "../schema/stored";
import { isUsed, type MayBe } from "../schema/when";
import { addList } from "./combobox";
import { configProblem, isNone } from "./config-row";
import { prepareFlag } from "./flag-box";
import { indented, onOneLine } from "./json";
import { prepareRecorder } from "./key-recorder";
import { prepareRegion } from "./region-picker";
import { listSource } from "./suggestions";
import { rangeProblem } from "./validate";
import { common, wordsOf, type Words } from "./words";

/** Node-RED's own types look like this; given in full they can have our validators. */
const STRING = { value: "str", icon: "red/images/typedInput/az.svg" };
const NUMBER = { value: "num", icon: "red/images/typedInput/09.svg" };
const BOOLEAN = { value: "bool", icon: "red/images/typedInput/bool.svg", options: ["true", "false"] };

const nodeRedType = (type: WidgetTypedInputTypeDefinition): WidgetTypedInputTypeDefinition => ({
  ...type,
  label: RED._(`typedInput.type.${type.value}`),
});

/**
 * How a field is filled in: the kinds of value that can be given in the dialog.
 * @param value what is given in the dialog now; undefined when it comes from elsewhere.
 */
export function fixedTypes(
  words: Words,
  name: string,
  field: Field,
  value: string | undefined,
): WidgetTypedInputTypeDefinition[] {
  switch (field.kind) {
    case "choice":
      return [choiceType(words, name, field, value)];
    case "number":
      return [nodeRedType(NUMBER)];
    case "flag":
      return [nodeRedType(BOOLEAN)];
    case "value":
      return [STRING, NUMBER, BOOLEAN].map(nodeRedType);
    case "json":
      return [JSON_IN_NODE()];
    case "checks":
    case "list":
    case "configNode":
      throw new Error(`${name} is no field of an action`);
    default:
      return textTypes(field);
  }
}

function choiceType(
  words: Words,
  name: string,
  field: FieldOf<"choice">,
  value: string | undefined,
): WidgetTypedInputTypeDefinition {
  const label = wordsForChoice(words, name, field);
  const known = field.choices.map((choice) => ({ value: choice, label: label(choice) }));
  // Else the typed input would take the first choice instead, and nobody would know.
  const options = value === undefined || field.choices.includes(value) ? known : [...known, { value, label: value }];
  return { value: CHOICE, label: common("source.choice"), icon: "fa fa-list-ul", options };
}

/** `<field>.<value>` in the node's catalogue says what each means, unless another node's has the words. */
function wordsForChoice(words: Words, name: string, field: FieldOf<"choice">): (value: string) => string {
  const [file, key] = field.words?.split(":") ?? [];
  return file === undefined || key === undefined
    ? (value) => words(`${name}.${value}`)
    : (value) => wordsOf(file)(`${key}.${value}`);
}

function textTypes(field: Field): WidgetTypedInputTypeDefinition[] {
  const string = nodeRedType(STRING);
  const isSecret = field.kind === "text" && field.secret === true;
  const secret = { value: SECRET, label: common("source.secret"), icon: "fa fa-lock", hasValue: false };
  return isSecret ? [string, secret] : [string];
}

/** JSON that is kept in the node, edited in a window of its own. */
const JSON_IN_NODE = (): WidgetTypedInputTypeDefinition => ({
  value: STORED,
  label: common("source.stored"),
  icon: "red/images/typedInput/json.svg",
  expand() {
    RED.editor.editJSON({
      value: indented(this.value()),
      complete: (json) => this.value(onOneLine(String(json))),
    });
  },
});

/** Adds what a field has besides its typed input. */
export function prepareWidget(input: JQuery, field: Field): void {
  if (field.kind === "region") prepareRegion(input);
  if ("suggest" in field) addList(input, listSource(field.suggest));
  if (field.kind === "flag") prepareFlag(input);
  if ("suggest" in field && (field.suggest === "key" || field.suggest === "keys"))
    prepareRecorder(input, field.suggest === "keys");
}

/** Why a value given in the dialog cannot be used, given the others, or undefined. */
export function problemOf(field: Field, value: string, type: string, mayBe: MayBe): string | undefined {
  switch (field.kind) {
    case "choice":
      return field.choices.includes(value) ? undefined : common("reason.choice", { values: field.choices.join(", ") });
    case "number":
      return numberProblem(field, value);
    case "region":
      return isRegionText(value) ? undefined : common("reason.region");
    case "value": {
      const isNumber = !Number.isNaN(Number(value.trim() || NaN));
      const mustBe = type === "num" || (field.textual !== undefined && !isUsed(field.textual, mayBe));
      return mustBe && !isNumber ? common("reason.number") : undefined;
    }
    case "flag":
    case "checks":
    case "list":
      return undefined;
    case "configNode":
      return field.blank && isNone(value) ? undefined : configProblem(value);
    default:
      return value === "" && type !== SECRET && !("blank" in field) ? common("reason.blank") : undefined;
  }
}

function numberProblem(field: FieldOf<"number">, value: string): string | undefined {
  if (value === "" && field.blank) return undefined;
  const problem = rangeProblem(value, field);
  if (problem) return common(problem.key, problem.values);
  return field.whole && !Number.isInteger(Number(value)) ? common("reason.whole") : undefined;
}
