import { ConfigurationError, type Point, type PointUnit } from "../src/client";
import { MOUSE_ACTIONS, MOUSE_BUTTONS, POINT_UNITS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, optionalNumber, seconds } from "../src/runtime/fields";

const action = choice(MOUSE_ACTIONS, { double: "double_click", doubleclick: "double_click", wheel: "scroll" });
const button = choice(MOUSE_BUTTONS, { back: "up", forward: "down" });
const unit = choice(POINT_UNITS, { "%": "percent", px: "pixels" });

const place = optionalNumber({ min: -100_000, max: 100_000 });

export = defineAction("pikvm-hid-mouse", {
  fields: {
    action,
    button,
    unit,
    atX: place,
    atY: place,
    toX: place,
    toY: place,
    duration: seconds({ max: 600 }),
    steps: optionalNumber({ min: 1, max: 1000, whole: true }),
    hold: seconds({ max: 600 }),
  },
  async perform({ pikvm: { pointer }, fields, isBlank, signal }) {
    const { action, atX: x, atY: y } = fields;
    if (action === "scroll" || action === "push") {
      await pointer[action](x ?? 0, y ?? 0, { signal });
      return { action, x: x ?? 0, y: y ?? 0 };
    }
    const { unit } = fields;
    if (action === "move") {
      const to = pointOf(x, y, unit);
      await pointer.move(to, { signal });
      return { action, ...to };
    }
    const { button } = fields;
    if (action === "drag") {
      const [from, to] = [pointOf(x, y, unit), pointOf(fields.toX, fields.toY, unit)];
      await pointer.drag(from, to, { button, duration: fields.duration, steps: fields.steps, signal });
      return { action, button, from, to };
    }
    // A message that should bring a point and does not must not click where the pointer happens to be.
    const at = isBlank("atX") && isBlank("atY") ? undefined : pointOf(x, y, unit, HERE);
    if (action === "press" || action === "release") await pointer[action](button, { at, signal });
    else await pointer.click({ button, at, count: action === "click" ? 1 : 2, hold: fields.hold, signal });
    return { action, button, ...at };
  },
});

const HERE = " To use the place where the pointer is, leave X and Y empty in the node's dialog.";

function pointOf(x: number | undefined, y: number | undefined, unit: PointUnit, advice = ""): Point {
  if (x !== undefined && y !== undefined) return { x, y, unit };
  throw new ConfigurationError(`A point needs both an x and a y.${advice}`);
}
