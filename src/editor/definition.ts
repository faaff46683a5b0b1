import { typeOf, type NodeSchema } from "../schema/node";
import { isNewer, upToDate } from "../schema/stored";
import { checkDevice } from "./device-row";
import { labelStyle } from "./labels";
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
      showStored(storedOf(schema, this), prefix);
      dialog.prepare(this);
    },
    oneditsave() {
      dialog.save?.(this);
      // What has no input moves forward too.
      Object.assign(this, storedOf(schema, this));
    },
  };
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
