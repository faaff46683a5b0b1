import { fieldsOf, secretsOf, typeOf, type NodeSchema } from "../schema/node";
import { defaultsOf, isNewer, upToDate } from "../schema/stored";
import { checkDevice } from "./device-row";
import { openFold } from "./fold";
import { labelStyle } from "./labels";
import { takeOnlyOnes } from "./only-one";
import { preparePalette } from "./palette";
import { keepUnknown } from "./unknown";
import { validator, type Validate } from "./validate";
import { common, wordsOf } from "./words";

/** A node as the editor keeps it: its properties, and what the editor adds. */
export type EditorNode = Record<string, unknown> & { name: string; type: string };

/** What the build puts into a node's `RED.nodes.registerType`, beside the literals that it writes there. */
export interface Definition {
  /** The validator of a property. */
  check: (name: string) => Validate;
  checkDevice: Validate;
  /** Of the version that has stored a node. */
  checkVersion: Validate;
  label: (this: EditorNode) => string;
  labelStyle: (this: { name: string }) => string;
  outputLabels: (index: number) => string;
  oneditprepare: (this: EditorNode) => void;
  oneditsave: (this: EditorNode) => void;
}

/** How the dialogs of one kind of node do these things. */
interface Dialog {
  /** Why a property cannot be used, or undefined. */
  problem: (node: object, name: string, value: string) => string | undefined;
  label: (node: EditorNode) => string | undefined;
  /** Of nodes that have outputs. */
  outputLabels?: (index: number) => string;
  prepare: (node: EditorNode) => void;
  /** Called before the inputs are saved. */
  save?: (node: EditorNode) => void;
}

/** What a node has stored, as this version stores it. */
export const storedOf = (schema: NodeSchema, node: object): Record<string, unknown> =>
  upToDate(schema, node as Record<string, unknown>); // the editor keeps the stored properties on the node itself

export function definitionOf(schema: NodeSchema, dialog: Dialog): Definition {
  const words = wordsOf(schema.name);
  const prefix = schema.role === "device" ? "node-config-input-" : "node-input-";
  keepUnknown(schema);
  if (schema.role !== "device") {
    preparePalette(schema);
    takeOnlyOnes(typeOf(schema), { device: "pikvm-device", ...configsOf(schema) });
  }
  return {
    check: (name) =>
      validator(
        () => words(`label.${name}`),
        // In a flow that somebody has edited, or of another version, a property may be absent, or no text.
        (node, value: unknown) =>
          dialog.problem(node, name, typeof value === "string" ? value : textOf(storedOf(schema, node)[name])),
      ),
    checkDevice,
    checkVersion: validator(
      () => typeOf(schema),
      (node) => (isNewer(schema, node as Record<string, unknown>) ? common("reason.newer") : undefined), // as above
    ),
    label() {
      return this.name || (dialog.label(this) ?? schema.name);
    },
    labelStyle,
    outputLabels: dialog.outputLabels ?? String,
    oneditprepare() {
      const stored = storedOf(schema, this);
      showStored(stored, prefix);
      dialog.prepare(this);
      openFold(
        $(
          changedIn(schema, stored, this)
            .map((name) => `#${prefix}${name}`)
            .join(),
        ),
      );
    },
    oneditsave() {
      dialog.save?.(this);
      // What has no input moves forward too.
      Object.assign(this, storedOf(schema, this));
    },
  };
}

/** The types of the config nodes that it cannot do without, by property. */
function configsOf(schema: NodeSchema): Record<string, string> {
  const needed = fieldsOf(schema).flatMap(([name, field]) =>
    field.kind === "configNode" && !field.blank ? [[name, field.type] as const] : [],
  );
  return Object.fromEntries(needed);
}

/** What a node has that is not as in a new one. */
function changedIn(schema: NodeSchema, stored: Record<string, unknown>, { credentials }: EditorNode): string[] {
  const changed = Object.entries(defaultsOf(schema)).filter(([name, value]) => String(stored[name]) !== String(value));
  const kept = (credentials ?? {}) as Record<string, unknown>; // of secrets the editor knows whether there are some
  return [...changed.map(([name]) => name), ...secretsOf(schema).filter((name) => kept[`has_${name}`] === true)];
}

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/**
 * Shows what is absent in the flow, or was stored by an older version, as this version has it: before the inputs become
 * more than that.
 */
function showStored(stored: Record<string, unknown>, prefix: string): void {
  for (const [name, value] of Object.entries(stored)) {
    const input = $(`#${prefix}${name}`);
    if (input.attr("type") === "checkbox") input.prop("checked", value === true);
    else if (typeof value === "string" && input.val() !== value) input.val(value);
  }
}
