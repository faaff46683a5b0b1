import type { Actions } from "../actions/action";
import type { Fields } from "../schema/field";
import { ActionNode } from "./action-node";
import type { Reached } from "./look";
import type { StartNode } from "./register";
import { storedIn } from "./stored";

/**
 * A kind of action node.
 * @param reached what the status says of a result; it is given what the node's own actions answer.
 */
export function actionModule<F extends Fields>(actions: Actions<F>, reached?: (result: never) => Reached): StartNode {
  // The two stand side by side in the node's folder.
  const work = { actions, reached: reached as ((result: object) => Reached) | undefined };
  return (RED, node, config) => new ActionNode(RED, node, storedIn(actions.schema, node, config), work).listen();
}
