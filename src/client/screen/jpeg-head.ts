import { ResponseError } from "../errors";
import { huffmanTable, JpegBits, type HuffmanTable } from "./jpeg-bits";
import { SCAN, segmentsOf, word } from "../video/jpeg";

/** One colour of a JPEG, and how its blocks are coded. */
export interface Component {
  id: number;
  /** Its blocks in each group of blocks. */
  across: number;
  down: number;
  /** The averages of its blocks are multiples of this. */
  step: number;
  dc: HuffmanTable;
  ac: HuffmanTable;
}

export interface JpegHead {
  width: number;
  height: number;
  /** The first is the brightness. */
  components: Component[];
  /** Groups of blocks from one restart marker to the next; 0 = there are none. */
  restartInterval: number;
}

const QUANTISERS = 0xdb;
const RESTART_INTERVAL = 0xdd;
const HUFFMAN = 0xc4;
const FRAMES = [0xc0, 0xc1];
/** Progressive, lossless, arithmetic, ... */
const OTHER_FRAMES = [0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** A picture can use eight; to make one takes as long as to read hundreds of blocks. */
const MAX_HUFFMAN = 64;

/** What was read before the compressed part. */
interface Tables {
  frame: Uint8Array;
  steps: Map<number, number>;
  dc: Map<number, HuffmanTable>;
  ac: Map<number, HuffmanTable>;
  /** Also of those that others have replaced. */
  huffmanCount: number;
  restartInterval: number;
}

/**
 * Reads a JPEG up to its compressed part.
 * @param jpeg baseline (or extended with 8 bits) with one scan, as capture cards and PiKVM make them.
 * @throws ResponseError with the code `JPEG` for another kind, and for what is damaged.
 */
export function openJpeg(jpeg: Uint8Array): { head: JpegHead; bits: JpegBits } {
  const tables: Tables = {
    frame: new Uint8Array(),
    steps: new Map(),
    dc: new Map(),
    ac: new Map(),
    huffmanCount: 0,
    restartInterval: 0,
  };
  for (const { marker, content, end } of segmentsOf(jpeg)) {
    if (marker === SCAN) return { head: headOf(tables, content), bits: new JpegBits(jpeg, end) };
    read(tables, marker, content);
  }
  throw damaged();
}

function read(tables: Tables, marker: number, content: Uint8Array): void {
  if (marker === QUANTISERS) readQuantisers(tables, content);
  else if (marker === HUFFMAN) readHuffman(tables, content);
  else if (marker === RESTART_INTERVAL) tables.restartInterval = word(content, 0);
  else if (FRAMES.includes(marker)) tables.frame = content;
  else if (OTHER_FRAMES.includes(marker)) throw unusable("it is no baseline JPEG");
}

/** Of each table only its first number, the step of the averages, is used here. */
function readQuantisers({ steps }: Tables, content: Uint8Array): void {
  for (let at = 0; at < content.length;) {
    const [kind = 0, value = 0] = content.subarray(at);
    const isWide = kind >> 4 !== 0;
    steps.set(kind & 15, isWide ? word(content, at + 1) : value);
    at += isWide ? 129 : 65;
  }
}

function readHuffman(tables: Tables, content: Uint8Array): void {
  const { dc, ac } = tables;
  for (let at = 0; at + 17 <= content.length;) {
    tables.huffmanCount += 1;
    if (tables.huffmanCount > MAX_HUFFMAN) throw damaged();
    const kind = content[at] ?? 0;
    const counts = content.subarray(at + 1, at + 17);
    const end = at + 17 + counts.reduce((sum, count) => sum + count, 0);
    (kind >> 4 === 0 ? dc : ac).set(kind & 15, huffmanTable(counts, content.subarray(at + 17, end)));
    at = end;
  }
}

function headOf({ frame, steps, dc, ac, restartInterval }: Tables, scan: Uint8Array): JpegHead {
  const [bits, , , , , count = 0] = frame;
  const [height, width] = [word(frame, 1), word(frame, 3)];
  if (width === 0 || height === 0 || count === 0) throw damaged();
  if (bits !== 8 || scan[0] !== count) throw unusable("it is no ordinary JPEG");
  const components = Array.from({ length: count }, (_, index): Component => {
    const [id = 0, sampling = 0, quantiser = 0] = frame.subarray(6 + 3 * index);
    const [coded, tables = 0] = scan.subarray(1 + 2 * index);
    const step = steps.get(quantiser);
    const [dcTable, acTable] = [dc.get(tables >> 4), ac.get(tables & 15)];
    if (coded !== id || step === undefined || !dcTable || !acTable) throw damaged();
    return { id, across: sampling >> 4, down: sampling & 15, step, dc: dcTable, ac: acTable };
  });
  return { width, height, components, restartInterval };
}

export function damaged(): ResponseError {
  return new ResponseError(
    "The device sent a damaged picture.",
    { statusCode: 200 },
    { code: "JPEG", retryable: true },
  );
}

export function unusable(why: string): ResponseError {
  const message = `The device's picture cannot be compared with others: ${why}.`;
  return new ResponseError(message, { statusCode: 200 }, { code: "JPEG" });
}
