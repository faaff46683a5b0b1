import { textOfRegion, type Region } from "../client/vocabulary";
import { percentOf, type Place, type Size, type Tool } from "./screen-stage";

const between = ([x, y]: Place, [otherX, otherY]: Place): Region => ({
  left: Math.round(Math.min(x, otherX)),
  top: Math.round(Math.min(y, otherY)),
  right: Math.round(Math.max(x, otherX)),
  bottom: Math.round(Math.max(y, otherY)),
});

/** Pixels; a hand is not quite still while it clicks. */
const SMALLEST = 5;

const isClick = ({ left, top, right, bottom }: Region): boolean => right - left < SMALLEST && bottom - top < SMALLEST;
const isEmpty = (region: Region): boolean =>
  isClick(region) || region.left === region.right || region.top === region.bottom;

/** Draws a region on a picture; a click is all of it. */
export class RegionTool implements Tool {
  readonly marks = $("<div>", { class: "pikvm-region-box" });
  readonly isPoint = false;
  #region: Region | undefined;

  constructor(region: Region | undefined) {
    this.#region = region;
  }

  /** Blank for all of the picture. */
  get text(): string {
    return textOfRegion(this.#region);
  }

  drag(from: Place, to: Place): void {
    const region = between(from, to);
    this.#region = isEmpty(region) ? undefined : region;
  }

  draw({ width, height }: Size): void {
    this.marks.toggle(this.#region !== undefined);
    if (!this.#region) return;
    const { left, top, right, bottom } = this.#region;
    // It may have been drawn on a larger picture.
    this.marks.css({
      left: percentOf(left / width),
      top: percentOf(top / height),
      right: percentOf(1 - right / width),
      bottom: percentOf(1 - bottom / height),
    });
  }
}
