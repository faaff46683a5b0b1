import { actionsBy, type WorkOf } from "../../src/actions/action";
import { ConfigurationError, type Point } from "../../src/client";
import { schema } from "./schema";

type MouseWork = WorkOf<typeof schema>;

export const hidMouse = actionsBy(schema, "action", {
  async move(work) {
    const to = pointIn(work);
    await work.pikvm.pointer.move(to, waiting(work));
    return { ...to };
  },
  click: (work) => click(work, 1),
  double_click: (work) => click(work, 2),
  press: (work) => changeButton(work, "press"),
  release: (work) => changeButton(work, "release"),
  async drag(work) {
    const { button, toX, toY, unit, duration, steps } = work.fields;
    const [from, to] = [pointIn(work), pointOf(toX, toY, unit)];
    await work.pikvm.pointer.drag(from, to, { button, duration, steps, ...waiting(work) });
    return { button, from, to };
  },
  scroll: (work) => moveBy(work, "scroll"),
  push: (work) => moveBy(work, "push"),
});

const waiting = ({ fields: { hostTimeout }, signal }: MouseWork) => ({ hostTimeout, signal });

async function click(work: MouseWork, count: 1 | 2) {
  const { button, hold } = work.fields;
  const at = placeIn(work);
  await work.pikvm.pointer.click({ button, at, count, hold, ...waiting(work) });
  return { button, ...at };
}

async function changeButton(work: MouseWork, change: "press" | "release") {
  const { button } = work.fields;
  const at = placeIn(work);
  await work.pikvm.pointer[change](button, { at, ...waiting(work) });
  return { button, ...at };
}

async function moveBy(work: MouseWork, how: "scroll" | "push") {
  const { atX: x = 0, atY: y = 0 } = work.fields;
  await work.pikvm.pointer[how](x, y, waiting(work));
  return { x, y };
}

const HERE = " To use the place where the pointer is, leave X and Y empty in the node's dialog.";

/**
 * Where it is clicked; undefined is where the pointer is. A message that should bring a point and does not must not
 * click there.
 */
const placeIn = (work: MouseWork): Point | undefined =>
  work.isBlank("atX") && work.isBlank("atY") ? undefined : pointIn(work, HERE);

const pointIn = ({ fields: { atX, atY, unit } }: MouseWork, advice = ""): Point => pointOf(atX, atY, unit, advice);

function pointOf(x: number | undefined, y: number | undefined, unit: MouseWork["fields"]["unit"], advice = ""): Point {
  if (x !== undefined && y !== undefined) return { x, y, unit };
  throw new ConfigurationError(`A point needs both an x and a y.${advice}`);
}
