import { lazily, type Values } from "../actions/action";
import { readAs, readerOf } from "../actions/read";
import type { Fields } from "../schema/field";
import { secretsOf, versionOf, type NodeSchema } from "../schema/node";
import { isNewer, upToDate } from "../schema/stored";
import type { FlowNode, NodeAPI, NodeDef } from "./red";
import { checkVariables, isVerbatim } from "./variables";

/** What a flow has stored for a node, by the names of its schema. */
export interface Stored extends NodeDef {
  /** Id of a `pikvm-device` config node. */
  device?: string;
  /** When true, `msg.pikvm` (name or id of a configured device) takes precedence over `device`. */
  deviceFromMsg?: boolean;
  /** Whether what destroys is done only for a message with `msg.confirm`. */
  confirm?: boolean;
  /** Whether the flow gets messages that tell how far the work is. */
  progress?: boolean;
  [property: string]: unknown;
}

/**
 * What a flow has stored, moved forward to this version. A node that a newer version stored does what it can, and says
 * so.
 */
export function storedIn(schema: NodeSchema, node: FlowNode, config: NodeDef): Stored {
  if (isNewer(schema, { ...config })) {
    node.warn(
      `A newer version of node-red-contrib-pikvm stored this node; this one knows version ${versionOf(schema)} of it ` +
        "and ignores the rest. Update the package.",
    );
  }
  return { ...config, ...upToDate(schema, { ...config }) };
}

/** The values of a node whose fields hold no typed inputs. @param source where they come from, for errors. */
export const settingsIn = <F extends Fields>(
  RED: NodeAPI,
  schema: NodeSchema<F>,
  stored: Stored,
  source = "the dialog",
): Values<F> =>
  lazily(schema, (name, field) => {
    const value = stored[name];
    const label = () => RED._(`label.${name}`);
    checkVariables(RED, stored, { name, label, value, verbatim: isVerbatim(field) });
    return readAs(readerOf(field), value, label, source);
  });

/**
 * What is kept with the node's credentials.
 * @throws ConfigurationError for a variable that is not there.
 */
export function secretsIn<C extends object>(RED: NodeAPI, schema: NodeSchema, node: FlowNode<C>): C {
  // Node-RED's type says always there; a node without stored credentials has none.
  const secrets: Partial<Record<string, unknown>> = { ...(node.credentials as C | undefined) };
  for (const name of secretsOf(schema))
    checkVariables(RED, node, {
      name,
      label: () => RED._(`label.${name}`),
      value: secrets[name],
      verbatim: false,
      isSecret: true,
    });
  return secrets as C;
}
