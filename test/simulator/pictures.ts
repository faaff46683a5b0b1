/** Pictures of the simulator as decoders see them that nobody here wrote. */
import { decode } from "jpeg-js";

import type { Raster } from "../../src/simulator/video/jpeg";

/** @throws Error unless the picture is grey. */
export function decodeJpeg(jpeg: Buffer): Raster {
  const { width, height, data } = decode(jpeg, { useTArray: true, formatAsRGBA: false });
  const pixels = data.filter((_, at) => at % 3 === 0);
  if (data.some((value, at) => value !== pixels[Math.floor(at / 3)])) throw new Error("it has colours");
  return { width, height, pixels };
}

export interface Picture extends Raster {
  readonly key: boolean;
  /** As the frame says; counts up from each key frame. */
  readonly number: number;
}

export interface H264Decoder {
  /** @throws Error for what shows no picture, as a first frame that builds upon another. */
  decode(data: Buffer): Picture;
}

export async function h264Decoder(): Promise<H264Decoder> {
  // The decoder's loader asks a worker's `self` for its address, and needs it no more.
  Object.assign(globalThis, { self: { location: { href: "" } } });
  const { default: load } = await import("tinyh264/es/TinyH264.js");
  const { default: TinyH264Decoder } = await import("tinyh264/es/TinyH264Decoder.js");
  const wasm = await load();
  Reflect.deleteProperty(globalThis, "self");
  const shown: Raster[] = [];
  const decoder = new TinyH264Decoder(wasm, (picture, width, height) => {
    const [pixels, colours] = [picture.slice(0, width * height), picture.subarray(width * height)];
    if (colours.some((value) => value !== 128)) throw new Error("it has colours");
    shown.push({ width, height, pixels });
  });
  return {
    decode(data) {
      decoder.decode(data);
      const picture = shown.pop();
      if (picture === undefined) throw new Error("no picture");
      return { ...picture, ...headOf(data) };
    },
  };
}

/** Kind and number, which the decoder keeps for itself: the last unit begins with them. */
function headOf(data: Buffer): Pick<Picture, "key" | "number"> {
  const unit = data.subarray(data.lastIndexOf(Buffer.of(0, 0, 0, 1)) + 4);
  // The kind of slice is written in 7 bits for a key frame and in 5 for others; a bit stands before it and one behind.
  const key = (unit.readUInt8(0) & 0x1f) === 5;
  return { key, number: (unit.readUInt32BE(1) >>> (key ? 15 : 17)) & 0xff };
}
