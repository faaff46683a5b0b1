import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { brightnessOf } from "../../src/client/screen/brightness";
import { changeBetween, comparedPicture } from "../../src/client/screen/picture-change";
import { encodeJpeg, type Raster } from "../../src/simulator/video/jpeg";
import { failure } from "./kit";

const ROOT = resolve(__dirname, "../../..");
const CAPTURES = resolve(ROOT, "../shared/captures");
const skip = existsSync(CAPTURES) ? false : "../shared/captures is not here";

/** Made by libjpeg of one picture, 101 x 61 pixels with these colours. */
const picture = (name: string): Buffer => readFileSync(resolve(ROOT, "test/client/pictures", `${name}.jpg`));
const brightnessAt = (x: number, y: number): number =>
  0.299 * ((x * 7 + y * 3) % 256) + 0.587 * ((x * 13) % 256) + 0.114 * ((y * 11) % 256);

/** A grey picture from a function of the place. */
function raster(width: number, height: number, levelAt: (x: number, y: number) => number): Raster {
  return { width, height, pixels: Uint8Array.from({ length: width * height }, (_, at) => levelAt(at % width, Math.floor(at / width))) }; // prettier-ignore
}

/** Average levels of the whole blocks, 0 to 255, in rows. */
function levels(jpeg: Buffer): number[][] {
  const { columns, rows, values } = brightnessOf(jpeg);
  return Array.from({ length: rows }, (_, row) =>
    [...values.subarray(row * columns, (row + 1) * columns)].map((value) => value / 8 + 128),
  );
}

function average(levelAt: (x: number, y: number) => number, column: number, row: number): number {
  let sum = 0;
  for (let y = 8 * row; y < 8 * row + 8; y += 1)
    for (let x = 8 * column; x < 8 * column + 8; x += 1) sum += levelAt(x, y);
  return sum / 64;
}

function assertBrightness(
  jpeg: Buffer,
  { columns, rows }: { columns: number; rows: number },
  levelAt: typeof brightnessAt,
) {
  const seen = levels(jpeg);
  const tolerance = 1 + brightnessOf(jpeg).step / 16;
  assert.deepEqual([seen.length, seen[0]?.length], [rows, columns]);
  // Blocks at the edges are filled up as each encoder likes.
  for (let row = 0; row < rows - 1; row += 1)
    for (let column = 0; column < columns - 1; column += 1) {
      const [actual = NaN, expected] = [seen[row]?.[column], average(levelAt, column, row)];
      assert.ok(Math.abs(actual - expected) <= tolerance, `block ${column}, ${row}: ${actual} instead of ${expected}`);
    }
}

describe("the brightness of a JPEG", () => {
  for (const name of ["colours-420", "colours-422-restart", "colours-444-optimised", "grey"])
    test(`${name}: the average of every block`, () => {
      assertBrightness(picture(name), { columns: 13, rows: 8 }, brightnessAt);
    });

  test("of the simulator, at any quality", () => {
    const levelAt = (x: number, y: number) => (x * 5 + y * 9) % 256;
    for (const quality of [10, 80, 100])
      assertBrightness(encodeJpeg(raster(93, 77, levelAt), quality), { columns: 12, rows: 10 }, levelAt);
  });

  test("of pictures recorded from ustreamer", { skip }, () => {
    const path = resolve(CAPTURES, "kvmd-4.197/http/streamer-snapshot.json");
    const { body_base64: body } = JSON.parse(readFileSync(path, "utf8")) as { body_base64: string };
    const seen = levels(Buffer.from(body, "base64"));
    assert.ok(seen.length > 1 && seen.flat().every((level) => level >= -8 && level <= 263));
    assert.ok(new Set(seen.flat().map(Math.round)).size > 3, "it is not all the same");
  });

  test("another kind of JPEG, and a damaged one, are refused by name", async () => {
    const whole = picture("colours-420");
    const broken: Record<string, [Buffer, RegExp]> = {
      progressive: [picture("progressive"), /no baseline JPEG/],
      "cut in its head": [whole.subarray(0, 200), /damaged/],
      "cut in its picture": [whole.subarray(0, whole.length / 2), /damaged/],
      "no JPEG": [Buffer.from("hello, this is text"), /damaged/],
      nothing: [Buffer.alloc(0), /damaged/],
    };
    for (const [name, [jpeg, message]] of Object.entries(broken))
      await failure(Promise.resolve().then(() => brightnessOf(jpeg)), { name: "ResponseError", code: "JPEG", message }).catch((error: unknown) => assert.fail(`${name}: ${String(error)}`)); // prettier-ignore
  });

  test("whatever is broken in it, it ends with an answer or that error", () => {
    const whole = picture("colours-422-restart");
    for (let at = 2; at < whole.length; at += 1) {
      const spoilt = Buffer.from(whole);
      spoilt[at] = (spoilt[at] ?? 0) ^ 0xa5;
      try {
        brightnessOf(spoilt);
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, "JPEG", String(error));
      }
    }
  });
});

describe("how much of a picture has changed", () => {
  /** Dark, with a light rectangle. */
  const withBox = (left: number, top: number, right: number, bottom: number, level = 200): Buffer =>
    encodeJpeg(
      raster(160, 80, (x, y) => (x >= left && x < right && y >= top && y < bottom ? level : 20)),
      80,
    );
  const change = (one: Buffer, other: Buffer, region = {}): number =>
    changeBetween(comparedPicture(one), comparedPicture(other), region);
  const dark = withBox(0, 0, 0, 0);

  test("percent of its blocks", () => {
    assert.equal(change(dark, dark), 0);
    assert.equal(change(dark, withBox(0, 0, 80, 80)), 50);
    assert.equal(change(dark, withBox(0, 0, 16, 8)), 1);
    assert.equal(change(withBox(0, 0, 160, 80), dark), 100);
  });

  test("a little brighter is noise, more is not", () => {
    assert.equal(change(dark, withBox(0, 0, 160, 80, 22)), 0);
    assert.equal(change(dark, withBox(0, 0, 160, 80, 30)), 100);
  });

  test("only within the region", () => {
    const box = withBox(0, 0, 80, 80);
    assert.equal(change(dark, box, { left: 80 }), 0);
    assert.equal(change(dark, box, { left: 40, right: 120 }), 50);
    assert.equal(change(dark, box, { left: 0, top: 0, right: 8, bottom: 8 }), 100);
    assert.equal(change(dark, box, { left: 1000, right: 1100 }), 0);
  });

  test("another size is another picture", () => {
    assert.equal(
      change(
        dark,
        encodeJpeg(
          raster(80, 80, () => 20),
          80,
        ),
      ),
      100,
    );
  });

  test("the same picture is read once", () => {
    const look = comparedPicture(dark);
    assert.equal(comparedPicture(Buffer.from(dark), look), look);
  });
});
