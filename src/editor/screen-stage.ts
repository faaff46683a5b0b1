/** A place on a picture, in its pixels from the left and the top; it need not be whole. */
export type Place = readonly [x: number, y: number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is chosen on a picture, and how it is drawn. */
export interface Tool {
  /** Laid over the picture. */
  readonly marks: JQuery;
  /** From where the button went down to where it is now. */
  drag(from: Place, to: Place, size: Size): void;
  /** One place is chosen: the cross hair takes it along, while nothing is pressed too. */
  readonly isPoint: boolean;
  /** Where the cross hair begins; default in the middle. */
  start?(size: Size): Place | undefined;
  /** Draws what is chosen on a picture of this size. */
  draw(size: Size): void;
}

const ARROWS: Record<string, Place> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** So much of the picture's width is one step of the cross hair. */
const STEP = 1 / 100;

/** In percent of the picture, as CSS places things. */
export const percentOf = (part: number): string => `${100 * Math.min(1, Math.max(0, part))}%`;

/** A picture of the screen on which a tool is used with the pointer, or with a cross hair that keys move. */
export class ScreenStage {
  readonly element = $("<div>", { class: "pikvm-stage" });
  readonly #image = new Image();
  readonly #cross = $("<div>", { class: "pikvm-cross" }).append("<div>", "<div>").hide();
  readonly #tool: Tool | undefined;
  readonly #changed: () => void;
  /** Where the cross hair is, and where Space has pressed. */
  #at: Place | undefined;
  #pressed: Place | undefined;

  /**
   * @param title what it is for.
   * @param changed is called with each picture, and each use of the tool.
   */
  constructor(title: string, tool: Tool | undefined, changed: () => void) {
    this.#tool = tool;
    this.#changed = changed;
    this.#image.draggable = false;
    this.#image.alt = title;
    this.element.append(this.#image).hide();
    if (!tool) return;
    this.element
      .append(tool.marks, this.#cross)
      .addClass("pikvm-stage-used")
      .attr({ tabindex: 0, role: "application", "aria-label": title })
      .on("pointerdown", ({ originalEvent }) => this.#drag(originalEvent as PointerEvent)) // jQuery has a type of its own
      .on("keydown", (event) => {
        if (this.#press(event.key, event.shiftKey)) event.preventDefault();
      });
  }

  /** Of the picture; nothing while there is none. */
  get size(): Size | undefined {
    const { naturalWidth: width, naturalHeight: height } = this.#image;
    return width > 0 ? { width, height } : undefined;
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
    if (this.size) this.#tool?.draw(this.size);
    this.#changed();
  }

  #use(from: Place, to: Place): void {
    if (!this.size) return;
    this.#tool?.drag(from, to, this.size);
    this.#tool?.draw(this.size);
    this.#changed();
  }

  #drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    const stage = down.currentTarget as HTMLElement; // the listener is this element's
    const start = this.#under(down);
    this.#pressed = undefined;
    this.#cross.hide();
    const move = (event: PointerEvent): void => {
      this.#at = this.#under(event);
      this.#use(start, this.#at);
    };
    move(down);
    // Also what happens outside of the picture is heard until the button is let go.
    stage.setPointerCapture(down.pointerId);
    stage.addEventListener("pointermove", move);
    stage.addEventListener("lostpointercapture", () => stage.removeEventListener("pointermove", move), { once: true });
  }

  /** The page may show the picture smaller than it is. */
  #under({ clientX, clientY }: PointerEvent): Place {
    const { left, top, width, height } = this.#image.getBoundingClientRect();
    const { naturalWidth, naturalHeight } = this.#image;
    return inside([((clientX - left) / width) * naturalWidth, ((clientY - top) / height) * naturalHeight], {
      width: naturalWidth,
      height: naturalHeight,
    });
  }

  /** @returns whether the key means something here. */
  #press(key: string, isFine: boolean): boolean {
    const { size } = this;
    const arrow = ARROWS[key];
    if (!size || (!arrow && key !== " ")) return false;
    const [x, y] = this.#at ?? this.#tool?.start?.(size) ?? [size.width / 2, size.height / 2];
    if (arrow) {
      const step = isFine ? 1 : Math.max(1, Math.round(size.width * STEP));
      this.#at = inside([Math.round(x) + arrow[0] * step, Math.round(y) + arrow[1] * step], size);
    } else {
      this.#at = [x, y];
      this.#pressed = this.#pressed ? undefined : this.#at;
    }
    this.#cross.show().css({ left: percentOf(this.#at[0] / size.width), top: percentOf(this.#at[1] / size.height) });
    if (this.#pressed) this.#use(this.#pressed, this.#at);
    else if (this.#tool?.isPoint) this.#use(this.#at, this.#at);
    return true;
  }
}

const inside = ([x, y]: Place, { width, height }: Size): Place => [
  Math.min(width, Math.max(0, x)),
  Math.min(height, Math.max(0, y)),
];
