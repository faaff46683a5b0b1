import { ConfigurationError, type Point } from "../src/client";
import { MOUSE_ACTIONS, MOUSE_BUTTONS, POINT_UNITS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, optionalNumber, seconds } from "../src/runtime/fields";

const action = choice(MOUSE_ACTIONS, { double: "double_click", doubleclick: "double_click", wheel: "scroll" });
const button = choice(MOUSE_BUTTONS);
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
    hold: seconds({ max: 600 }),
  },
  async perform({ pikvm: { pointer }, fields, signal }) {
    const { action, atX: x, atY: y } = fields;
    if (action === "scroll" || action === "push") {
      await pointer[action](x ?? 0, y ?? 0, { signal });
      return { action, x: x ?? 0, y: y ?? 0 };
    }
    const { unit } = fields;
    const at = pointOf(x, y, unit);
    if (action === "move") {
      await pointer.move(needed(at), { signal });
      return { action, ...at };
    }
    const { button } = fields;
    if (action === "drag") {
      const to = needed(pointOf(fields.toX, fields.toY, unit));
      await pointer.drag(needed(at), to, { button, duration: fields.duration, signal });
      return { action, button, from: at, to };
    }
    if (action === "press" || action === "release") await pointer[action](button, { at, signal });
    else await pointer.click({ button, at, count: action === "click" ? 1 : 2, hold: fields.hold, signal });
    return { action, button, ...at };
  },
});

function pointOf(x: number | undefined, y: number | undefined, unit: (typeof POINT_UNITS)[number]): Point | undefined {
  if (x === undefined && y === undefined) return undefined;
  if (x === undefined || y === undefined) throw new ConfigurationError("A point has both an x and a y.");
  return { x, y, unit };
}

function needed(point: Point | undefined): Point {
  if (point) return point;
  throw new ConfigurationError("This action needs a point: x and y.");
}
