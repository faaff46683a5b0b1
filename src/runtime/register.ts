import type { Route, Way } from "./admin";
import type { FlowNode, NodeAPI, NodeCredentials, NodeDef } from "./red";

/** Makes a node, which Node-RED has just created, one of its kind. */
export type StartNode<Credentials extends object = object> = (
  RED: NodeAPI,
  node: FlowNode<Credentials>,
  config: NodeDef,
) => void;

/** All that Node-RED must know of a kind of node of which none is deployed. The build writes it, from the schema. */
interface Kind {
  type: string;
  options: { credentials?: NodeCredentials<object> };
  /** Where its dialogs ask. */
  ways: readonly Way[];
}

/** The rest, which is loaded when it is first used. */
interface Parts {
  /** With the first node that is deployed. */
  node: () => StartNode;
  /** With the first question of a dialog. */
  routes: () => readonly Route[];
}

/**
 * The Node-RED module of a kind of node. Everybody's Node-RED loads it, with and without devices: it needs nothing
 * itself.
 */
export function register({ type, options, ways }: Kind, parts: Parts): (RED: NodeAPI) => void {
  return (RED) => {
    RED.nodes.registerType(
      type,
      function (this: FlowNode, config: NodeDef) {
        RED.nodes.createNode(this, config);
        parts.node()(RED, this, config);
      },
      options,
    );
    let handlers: Map<string, ReturnType<Route["prepare"]>> | undefined;
    for (const { method, path, permission } of ways) {
      const allowed = RED.auth.needsPermission(`pikvm-device.${permission}`);
      RED.httpAdmin[method](`/${path}`, allowed, (request, response, next) => {
        handlers ??= new Map(parts.routes().map((route) => [route.path, route.prepare(RED)]));
        handlers.get(path)?.(request, response, next);
      });
    }
  };
}
