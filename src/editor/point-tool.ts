import { POINT_RANGES, type PointUnit } from "../client/vocabulary";
import { percentOf, type Place, type Size, type Tool } from "./screen-stage";

/** In the unit of the dialog. */
export type GivenPoint = readonly [x: number, y: number];

interface Range {
  min: number;
  max: number;
}

/** From the first pixel of a line of the picture to the last. */
const rangeOf = (unit: PointUnit, pixels: number): Range =>
  unit === "pixels" ? { min: 0, max: pixels - 1 } : POINT_RANGES[unit];

/** Of percent, two digits behind the point tell the pixels of any screen apart. */
const rounded = (value: number, unit: PointUnit): number =>
  unit === "percent" ? Math.round(100 * value) / 100 : Math.round(value);

function given(place: number, pixels: number, unit: PointUnit): number {
  const { min, max } = rangeOf(unit, pixels);
  const pixel = Math.min(Math.floor(place), pixels - 1);
  return rounded(min + (pixel / (pixels - 1)) * (max - min), unit);
}

/** Where a value is, as a part of the picture; outside of 0 to 1 for what is not on it. */
function partOf(value: number, pixels: number, unit: PointUnit): number {
  const { min, max } = rangeOf(unit, pixels);
  return (value - min) / (max - min);
}

const isOn = ([x, y]: readonly number[]): boolean => [x, y].every((part = NaN) => part >= 0 && part <= 1);

/** Points at one place of a picture, or at the two ends of a drag. */
export class PointTool implements Tool {
  readonly marks = $("<div>", { class: "pikvm-points" });
  readonly isPoint: boolean;
  readonly #unit: PointUnit;
  #points: readonly GivenPoint[];

  /** @param points those that are given already, in this unit. */
  constructor(unit: PointUnit, isDrag: boolean, points: readonly GivenPoint[]) {
    this.#unit = unit;
    this.isPoint = !isDrag;
    this.#points = points;
  }

  /** One, or two for a drag; none as long as none is chosen. */
  get points(): readonly GivenPoint[] {
    return this.#points;
  }

  get text(): string {
    return this.#points.map((point) => point.join(", ")).join(" → ");
  }

  drag(from: Place, to: Place, { width, height }: Size): void {
    const at = ([x, y]: Place): GivenPoint => [given(x, width, this.#unit), given(y, height, this.#unit)];
    this.#points = this.isPoint ? [at(to)] : [at(from), at(to)];
  }

  start({ width, height }: Size): Place | undefined {
    const [part] = this.#parts({ width, height });
    return part && [part[0] * (width - 1), part[1] * (height - 1)];
  }

  draw(size: Size): void {
    const ends = this.#parts(size);
    const marks = ends.map(([x, y], index) =>
      $("<div>", { class: `pikvm-point pikvm-point-${index}` }).css({ left: percentOf(x), top: percentOf(y) }),
    );
    this.marks.empty().append(...marks);
    const [from, to] = ends;
    if (from && to) this.marks.append(lineBetween(from, to));
  }

  #parts({ width, height }: Size): Place[] {
    const parts = this.#points.map(([x, y]): Place => [partOf(x, width, this.#unit), partOf(y, height, this.#unit)]);
    return parts.filter(isOn);
  }
}

/** Through an element of SVG, which jQuery cannot make. */
function lineBetween([x1, y1]: Place, [x2, y2]: Place): JQuery {
  const ends = `x1="${percentOf(x1)}" y1="${percentOf(y1)}" x2="${percentOf(x2)}" y2="${percentOf(y2)}"`;
  return $(`<svg><line ${ends} /></svg>`);
}
