import type { WidgetTypedInputType } from "@node-red/editor-client";
import { SOURCES, type Fields } from "../schema/field";
import { fieldsOf, type NodeSchema } from "../schema/node";
import { SECRET } from "../schema/stored";
import { isUsed, isWanted, type MayBe } from "../schema/when";
import { nameWidget } from "./aria";
import { definitionOf, storedOf, type Definition, type EditorNode } from "./definition";
import { prepareDevice } from "./device-row";
import { FieldRows } from "./field-rows";
import { prepareFirstProperty } from "./first-property";
import { foldable } from "./fold";
import { outputLabels } from "./labels";
import { apart, input, row, showIf } from "./form";
import { insideProblem, isEnvReference, typeValidator } from "./validate";
import { fixedTypes, prepareWidget, problemOf } from "./widgets";
import { common, wordsOf } from "./words";

interface Given {
  value: string;
  type: string;
}

/** What the fields of one node hold: in its dialog while that is open, else as saved. */
class GivenFields<Name extends string> {
  readonly #schema: NodeSchema;
  readonly #node: object;

  constructor(schema: NodeSchema, node: object) {
    this.#schema = schema;
    this.#node = node;
  }

  /** The value of a field that is given in the dialog, undefined when it comes from elsewhere. */
  fixed(name: Name): string | undefined {
    const { value, type } = this.get(name);
    return isSource(type) ? undefined : value;
  }

  /** The same, as what it stands for; undefined also for a variable and a secret. */
  readonly literal = (name: string): unknown => {
    const { value, type } = this.get(name);
    if (isSource(type) || type === SECRET || isEnvReference(value)) return undefined;
    if (type === "bool") return value === "true";
    const isNumber = type === "num" && value.trim() !== "" && !Number.isNaN(Number(value));
    return isNumber ? Number(value) : value;
  };

  /** True when the field holds such a value, or when that is only known once a message comes. */
  readonly mayBe: MayBe = (name, wanted) => {
    const { value, type } = this.get(name);
    return isSource(type) || isWanted(value, wanted);
  };

  /** The same, where it is known. */
  readonly surely: MayBe = (name, wanted) => !isSource(this.get(name).type) && this.mayBe(name, wanted);

  get(name: string): Given {
    const type = input(`${name}Type`);
    if (type.data("node") === this.#node) return { value: textOf(input(name).val()), type: textOf(type.val()) };
    const stored = storedOf(this.#schema, this.#node);
    return { value: textOf(stored[name]), type: textOf(stored[`${name}Type`]) };
  }
}

/** What is special about the dialog of a node. */
interface Special<Name extends string> {
  /** What the node is called in a flow while it has no name; undefined: as in the palette. */
  label: (given: GivenFields<Name>) => string | undefined;
  /** Why a text that is not blank cannot be used, for fields that have rules of their own. */
  problems?: Partial<Record<Name, (value: string) => string | undefined>>;
  /** Called when the dialog has been opened, and after each change. */
  changed?: (given: GivenFields<Name>) => void;
  /** Called when the dialog is opened. */
  opened?: () => void;
  /** Called before it is saved. */
  saving?: (given: GivenFields<Name>) => void;
}

const isSource = (type: string): type is (typeof SOURCES)[number] => SOURCES.some((source) => source === type);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The dialog of a node whose fields are typed inputs, from its schema. */
export function actionDialog<F extends Fields>(
  schema: NodeSchema<F>,
  { label, problems = {}, changed, opened, saving }: Special<keyof F & string>,
): Definition {
  const words = wordsOf(schema.name);
  const given = (node: object) => new GivenFields<keyof F & string>(schema, node);
  const own: Record<string, ((value: string) => string | undefined) | undefined> = problems;

  function problem(node: object, name: string, value: string, type: string): string | undefined {
    const field = schema.fields[name];
    if (field === undefined || !isUsed(field.when, given(node).mayBe)) return undefined;
    if (isSource(type)) return sourceProblem(value, type);
    if (isEnvReference(value)) return undefined;
    const isText = field.kind !== "json" && !field.verbatim;
    const general = (isText ? insideProblem(value) : undefined) ?? problemOf(field, value, type, given(node).mayBe);
    return general ?? (value === "" || type === SECRET ? undefined : own[name]?.(value));
  }

  function makeWidget(node: EditorNode, name: string): void {
    const field = schema.fields[name];
    if (!field) return;
    const [box, typeField] = [input(name), input(`${name}Type`)];
    dropTooltip(box);
    const { value, type: source } = given(node).get(name);
    const fixed = fixedTypes(words, name, field, isSource(source) ? undefined : value).map((type) => ({
      ...type,
      validate: typeValidator((value) => problem(node, name, value, type.value)),
    }));
    const sources: WidgetTypedInputType[] = [...SOURCES];
    apart(name, () => {
      box.typedInput({ types: [...fixed, ...sources], typeField });
      nameWidget(box, words(`label.${name}`));
      prepareWidget(box, field);
      prepareFirstProperty(box, field);
    });
  }

  function prepare(node: EditorNode): void {
    prepareDevice(node);
    const folding = fieldsOf(schema)
      .filter(([, { expert }]) => expert === "unless sure")
      .map(([name, { when }]) => ({ when, move: foldable(name) }));
    const rows = new FieldRows((name) => makeWidget(node, name));
    const update = (): void => {
      const { mayBe, surely } = given(node);
      for (const { when, move } of folding) move(!isUsed(when, surely));
      for (const [name, field] of fieldsOf(schema)) rows.show(name, isUsed(field.when, mayBe));
      for (const [name, field] of fieldsOf(schema).filter(([, field]) => field.kind === "text" && field.secret))
        showIf(row("secret"), given(node).get(name).type === SECRET && isUsed(field.when, mayBe));
      const { progress = true } = schema;
      showIf(row("progress"), progress === true || isUsed(progress, mayBe));
      changed?.(given(node));
    };
    for (const [name] of fieldsOf(schema)) input(`${name}Type`).data("node", node);
    for (const [name, field] of fieldsOf(schema)) rows.show(name, isUsed(field.when, given(node).mayBe));
    opened?.();
    for (const [name] of fieldsOf(schema)) input(name).on("change", update);
    update();
  }

  return definitionOf(schema, {
    problem: (node, name, value) => problem(node, name, value, given(node).get(name).type),
    label: (node) => label(given(node)),
    outputLabels,
    prepare,
    save(node) {
      saving?.(given(node));
      // What is no longer typed is no longer kept.
      const secret = fieldsOf(schema).find(([, field]) => field.kind === "text" && field.secret);
      if (secret && given(node).get(secret[0]).type !== SECRET) input("secret").val("");
    },
  });
}

/** Why a value that names a source cannot be used, or undefined. */
function sourceProblem(value: string, source: string): string | undefined {
  if (value === "") return common("reason.blank");
  const valid = RED.utils.validateTypedProperty(value, source, {});
  return valid === true ? undefined : valid;
}

/**
 * Of what is wrong from the start Node-RED tells the reason at the input, which the typed input hides: it is to be told
 * there instead.
 */
function dropTooltip(field: JQuery): void {
  const tooltip = field.data("tooltip") as { delete(): void } | undefined; // set by the editor, and known to it only
  tooltip?.delete();
  field.removeData("tooltip");
}
