import assert from "node:assert/strict";
import { test } from "node:test";

import { encodeJpeg, type Raster } from "../../src/simulator/video/jpeg";
import { drawn, shrunk, textIn } from "../../src/simulator/video/picture";
import { decodeJpeg } from "./pictures";

/** The mean difference of a pixel. */
function error(a: Raster, b: Raster): number {
  return a.pixels.reduce((sum, pixel, at) => sum + Math.abs(pixel - (b.pixels[at] ?? 0)), 0) / a.pixels.length;
}

const TEXT = ["The quick brown fox", "jumps over the lazy dog!", '0123456789 (){}[]<>#$%&"'];

test("what is encoded can be decoded, the better the higher the quality, in any size", () => {
  for (const size of [
    { width: 640, height: 480 },
    { width: 327, height: 101 },
  ]) {
    const raster = drawn(TEXT, size);
    const [rough = Buffer.alloc(0), fine = Buffer.alloc(0)] = [10, 95].map((quality) => encodeJpeg(raster, quality));
    const decoded = decodeJpeg(fine);
    assert.deepEqual([decoded.width, decoded.height], [size.width, size.height]);
    assert.ok(error(raster, decoded) < 1, String(error(raster, decoded)));
    assert.ok(error(raster, decodeJpeg(rough)) > error(raster, decoded));
    assert.ok(rough.length < fine.length);
  }
});

test("every shade survives", () => {
  const pixels = Uint8Array.from({ length: 256 * 64 }, (_, at) => at % 256);
  const raster = { width: 256, height: 64, pixels };
  assert.ok(error(raster, decodeJpeg(encodeJpeg(raster, 100))) < 1);
});

test("a smaller picture has the same brightness", () => {
  const raster = drawn(TEXT, { width: 640, height: 480 });
  const mean = ({ pixels }: Raster): number => pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
  const small = shrunk(raster, { width: 128, height: 96 });
  assert.equal(small.pixels.length, 128 * 96);
  assert.ok(Math.abs(mean(small) - mean(raster)) < 0.5);
});

test("text is read where it is drawn", () => {
  const size = { width: 1280, height: 720 };
  const all = { left: 0, top: 0, right: 1280, bottom: 720 };
  const lines = ["first line", "", "", "  third"];
  assert.equal(textIn(lines, size, all), "first line\n\nthird\n");
  assert.equal(textIn(lines, size, { ...all, top: 38 }), "third\n");
  assert.equal(textIn(lines, size, { ...all, left: 6 * 16, bottom: 38 }), "line\n");
  assert.equal(textIn(lines, size, { ...all, top: 600 }), "");
  const { pixels } = drawn(lines, size);
  const inked = (from: number, to: number): boolean => pixels.subarray(from * 1280, to * 1280).some((pixel) => pixel > 0); // prettier-ignore
  assert.deepEqual([inked(10, 38), inked(38, 94), inked(94, 122), inked(122, 720)], [true, false, true, false]);
});
