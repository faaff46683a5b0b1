import type { PointUnit } from "../../src/client/vocabulary";
import { button, input, row } from "../../src/editor/form";
import { showPicture } from "../../src/editor/picture-dialog";
import { PointTool, type GivenPoint } from "../../src/editor/point-tool";
import { tryNow } from "../../src/editor/screen";
import { disableFor, type Literal } from "../../src/editor/try-row";
import { common } from "../../src/editor/words";

/** In the order of the points. */
const FIELDS = [
  ["atX", "atY"],
  ["toX", "toY"],
] as const;

/** A row with a button that fills in where the mouse goes, from a picture of the screen. */
export class PickRow {
  readonly #button = button("pick", () => this.#open()).attr("id", "node-input-unit-pick");
  readonly #row = $("<div>", { class: "form-row pikvm-try" }).append(this.#button);
  #literal: Literal = () => undefined;

  constructor() {
    row("unit").last().after(this.#row);
  }

  /** After each change of the form. @param hasPlace whether the mouse goes to a place. */
  update(literal: Literal, hasPlace: boolean): void {
    this.#literal = literal;
    this.#row.toggle(hasPlace);
    disableFor(this.#button, { node: "hid-mouse", fields: ["action", "unit"] }, literal);
  }

  #open(): void {
    const unit = this.#literal("unit") as PointUnit; // a choice that is given
    const isDrag = this.#literal("action") === "drag";
    const tool = new PointTool(unit, isDrag, this.#given(isDrag));
    const unitWord = unit === "device" ? "" : ` ${common(`unit.${unit}`)}`;
    const hints = isDrag ? ["picture.drag", "picture.keys"] : ["picture.point", "picture.pointKeys"];
    showPicture(this.#button, {
      title: common("button.pick"),
      ask: (signal) => tryNow("screen", {}, signal),
      hint: hints.map((key) => common(key)).join(" "),
      tool,
      describe: () => tool.text && tool.text + unitWord,
      take: () => fill(tool.points),
    });
  }

  /** The places that stand in the form already. */
  #given(isDrag: boolean): GivenPoint[] {
    const points = FIELDS.slice(0, isDrag ? 2 : 1).map(([x, y]) => [this.#literal(x), this.#literal(y)] as const);
    return points.filter((point): point is GivenPoint => point.every((value) => typeof value === "number"));
  }
}

/** Also where the place came with the message: who picks one wants that. */
function fill(points: readonly GivenPoint[]): void {
  for (const [index, point] of points.entries())
    for (const [axis, name] of (FIELDS[index] ?? []).entries()) {
      input(name).typedInput("type", "num");
      input(name).typedInput("value", String(point[axis]));
    }
}
