import { CHOICE, SECRET, STORED } from "../schema/stored";
import { ConfigurationError } from "../client";
import type { FlowNode, Message, NodeAPI } from "./red";

/** A typed input, as it is stored. */
export interface TypedInput {
  value: string;
  type: string;
}

/**
 * What a typed input stands for with this message.
 * @throws ConfigurationError when the expression or reference itself is wrong; a missing property is just undefined.
 */
export async function evaluate(
  RED: NodeAPI,
  node: FlowNode,
  { value, type }: TypedInput,
  message: Message,
): Promise<unknown> {
  if (type === CHOICE || type === STORED) return value;
  if (type === SECRET) return storedSecret(node);
  // Node-RED makes 0 of it.
  if (type === "num" && value === "") return undefined;
  try {
    return await new Promise((resolve, reject) => {
      RED.util.evaluateNodeProperty(value, type, node, message, (error: Error | null, result: unknown) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
  } catch (cause) {
    // A property of nothing, as `payload.x` of a message without a payload, is missing too.
    if (type === "msg" && cause instanceof TypeError) return undefined;
    const reason =
      cause instanceof Error ? cause.message : String((cause as { message?: unknown } | null)?.message ?? cause);
    throw new ConfigurationError(
      `The value from ${describeSource({ value, type })} could not be evaluated: ${reason}`,
      { cause },
    );
  }
}

export function describeSource({ value, type }: TypedInput): string {
  if (type === "msg" || type === "flow" || type === "global") return `${type}.${value}`;
  if (type === "jsonata") return "the expression";
  if (type === "env") return `the environment variable ${value}`;
  return type === SECRET ? "the stored secret" : "the dialog";
}

function storedSecret(node: FlowNode): string {
  // Node-RED's type says always there; a node without stored credentials has none.
  const credentials = node.credentials as { secret?: unknown } | undefined;
  const secret = credentials?.secret;
  if (typeof secret === "string" && secret !== "") return secret;
  throw new ConfigurationError("No secret text is stored in this node; enter it in the node's dialog.", {
    code: "NOT_CONFIGURED",
  });
}
