import type { Region } from "../client/vocabulary";

/** A place on the picture, in its pixels. */
type Point = readonly [x: number, y: number];

const between = ([x, y]: Point, [otherX, otherY]: Point): Region => ({
  left: Math.min(x, otherX),
  top: Math.min(y, otherY),
  right: Math.max(x, otherX),
  bottom: Math.max(y, otherY),
});

/** Pixels; a hand is not quite still while it clicks. */
const SMALLEST = 5;

const isClick = ({ left, top, right, bottom }: Region): boolean => right - left < SMALLEST && bottom - top < SMALLEST;
const isEmpty = (region: Region): boolean =>
  isClick(region) || region.left === region.right || region.top === region.bottom;

/** A picture on which a region is drawn with the pointer. */
export class RegionStage {
  readonly element = $("<div>", { class: "pikvm-region-stage", tabindex: 0 });
  readonly #image = new Image();
  readonly #box = $("<div>", { class: "pikvm-region-box" });
  readonly #changed: (region: Region | undefined) => void;
  #region: Region | undefined;

  /** @param changed is called with each region while it is drawn; undefined is all of the picture. */
  constructor(region: Region | undefined, changed: (region: Region | undefined) => void) {
    this.#changed = changed;
    this.#region = region;
    this.#image.draggable = false;
    this.element.append(this.#image, this.#box).hide();
    this.element.on("pointerdown", ({ originalEvent }) => this.#drag(originalEvent as PointerEvent)); // jQuery has a type of its own
  }

  get region(): Region | undefined {
    return this.#region;
  }

  /** Whether there is a picture to draw on. */
  get isReady(): boolean {
    return this.#image.naturalWidth > 0;
  }

  async show(picture: Blob): Promise<void> {
    const url = URL.createObjectURL(picture);
    try {
      this.#image.src = url;
      await this.#image.decode();
    } finally {
      URL.revokeObjectURL(url);
    }
    this.element.show();
    this.#set(this.#region);
  }

  #drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    const stage = down.currentTarget as HTMLElement; // the listener is this element's
    const start = this.#at(down);
    const move = (event: PointerEvent): void => {
      const region = between(start, this.#at(event));
      this.#set(isEmpty(region) ? undefined : region);
    };
    move(down);
    // Also what happens outside of the picture is heard until the button is let go.
    stage.setPointerCapture(down.pointerId);
    stage.addEventListener("pointermove", move);
    stage.addEventListener("lostpointercapture", () => stage.removeEventListener("pointermove", move), { once: true });
  }

  #at({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.#image.getBoundingClientRect();
    const pixel = (part: number, size: number): number => Math.round(Math.min(1, Math.max(0, part)) * size);
    const { naturalWidth, naturalHeight } = this.#image;
    return [pixel((clientX - left) / width, naturalWidth), pixel((clientY - top) / height, naturalHeight)];
  }

  #set(region: Region | undefined): void {
    this.#region = region;
    this.#box.toggle(region !== undefined);
    if (region) {
      const { naturalWidth: width, naturalHeight: height } = this.#image;
      // It may have been drawn on a larger picture.
      const percent = (part: number, size: number): string => `${(100 * Math.min(Math.max(part, 0), size)) / size}%`;
      this.#box.css({
        left: percent(region.left, width),
        top: percent(region.top, height),
        right: percent(width - region.right, width),
        bottom: percent(height - region.bottom, height),
      });
    }
    this.#changed(region);
  }
}
