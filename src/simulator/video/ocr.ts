import type { Timers } from "../clock";
import { KvmdError } from "../api/errors";
import { type Box, type Size, textIn } from "./picture";
import type { JsonObject } from "../api/python";
import type { Announcement, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import * as valid from "../api/validators";

/** How much of that time a part of the screen takes. */
const REGION = 0.3;

/** Reads the screen, and never misreads. */
export class Ocr implements Subsystem {
  readonly #timers: Timers;
  enabled = true;
  langs = { default: ["eng"], available: ["eng", "osd"] };
  /** How long a whole screen takes, ms. A Raspberry Pi needs ten times as long. */
  duration = 1000;

  /** @param exists - Whether this kvmd can read; one that cannot ignores that it should. */
  constructor(
    timers: Timers,
    readonly exists: boolean,
  ) {
    this.#timers = timers;
  }

  readonly routes: readonly Route[] = [{ method: "GET", path: "/streamer/ocr", handle: () => ({ ocr: this.state() }) }];

  readonly announcements: readonly Announcement[] = [{ slot: "ocr", type: "ocr", event: () => this.state() }];

  state(): JsonObject {
    return this.enabled
      ? { enabled: true, langs: this.langs }
      : { enabled: false, langs: { default: [], available: [] } };
  }

  async read(request: KvmdRequest, picture: Size & { readonly lines: readonly string[] }): Promise<string> {
    if (!this.enabled) throw new KvmdError("OcrError", "Tesseract is not available");
    valid.list(request.param("ocr_langs") ?? "", "OCR langs list", (lang) =>
      valid.oneOf(lang, "OCR lang", this.langs.available),
    );
    const edge = (name: string): number => valid.int(request.param(`ocr_${name}`) ?? "-1");
    const box = { left: edge("left"), top: edge("top"), right: edge("right"), bottom: edge("bottom") };
    const part = within(box, picture);
    const isWhole = part.right - part.left >= picture.width && part.bottom - part.top >= picture.height;
    await this.#timers.sleep(this.duration * (isWhole ? 1 : REGION));
    return textIn(picture.lines, picture, part);
  }
}

/** Below 0 is that edge of the picture, and an empty box is all of it. */
function within({ left, top, right, bottom }: Box, { width, height }: Size): Box {
  const box = {
    left: left < 0 ? 0 : left,
    top: top < 0 ? 0 : top,
    right: right < 0 ? width : Math.min(right, width),
    bottom: bottom < 0 ? height : Math.min(bottom, height),
  };
  if (box.left < box.right && box.top < box.bottom) return box;
  return { left: 0, top: 0, right: width, bottom: height };
}
