import type { Actions } from "../actions/action";
import type { Fields } from "../schema/field";
import { typeOf } from "../schema/node";
import { ActionNode } from "./action-node";
import type { FlowNode, NodeAPI, NodeDef } from "./red";
import { credentialsOf, storedIn } from "./stored";

/** A Node-RED module for one action node. */
export function actionModule<F extends Fields>(actions: Actions<F>): (RED: NodeAPI) => void {
  const { schema } = actions;
  return (RED) => {
    RED.nodes.registerType(
      typeOf(schema),
      function (this: FlowNode, config: NodeDef) {
        RED.nodes.createNode(this, config);
        new ActionNode(RED, this, storedIn(schema, this, config), actions).listen();
      },
      credentialsOf(schema),
    );
  };
}
