import type { Actions } from "../actions/action";
import type { Fields } from "../schema/field";
import { typeOf } from "../schema/node";
import { ActionNode } from "./action-node";
import type { FlowNode, NodeAPI, NodeDef } from "./red";
import type { Reached } from "./look";
import { credentialsOf, storedIn } from "./stored";

/**
 * A Node-RED module for one action node.
 * @param reached what the status says of a result; it is given what the node's own actions answer.
 */
export function actionModule<F extends Fields>(
  actions: Actions<F>,
  reached?: (result: never) => Reached,
): (RED: NodeAPI) => void {
  const { schema } = actions;
  // The two stand side by side in the node's folder.
  const work = { actions, reached: reached as ((result: object) => Reached) | undefined };
  return (RED) => {
    RED.nodes.registerType(
      typeOf(schema),
      function (this: FlowNode, config: NodeDef) {
        RED.nodes.createNode(this, config);
        new ActionNode(RED, this, storedIn(schema, this, config), work).listen();
      },
      credentialsOf(schema),
    );
  };
}
