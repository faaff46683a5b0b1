import { ResponseError } from "../errors";
import type { OpenAnswer } from "../http/http";
import { checkedJpeg } from "./jpeg";
import { factsOf, numberOf, type PictureFacts } from "./snapshot";
import type { CallOptions } from "../http/transport";

export interface MjpegOptions extends CallOptions {
  /** A name under which the device lists us in the `clients_stat` of its state. Default none. */
  key?: string;
  /** Only what the device says of each picture, without the picture itself. Default false. */
  zeroData?: boolean;
}

/** One picture of the MJPEG stream. */
export interface MjpegFrame extends PictureFacts {
  /** JPEG; empty with `zeroData`. */
  image: Buffer;
  /** Pictures that the device has left out before this one, because we read too slowly. */
  dropped: number | undefined;
  /** Pictures per second that we get. */
  clientFps: number | undefined;
  /** Seconds from the camera to the network. */
  latency: number | undefined;
  /** Seconds of the device's own clock. */
  times: Record<(typeof TIMES)[number][0], number | undefined>;
}

const TIMES = [
  ["grabBegin", "grab-begin"],
  ["grabEnd", "grab-end"],
  ["encodeBegin", "encode-begin"],
  ["encodeEnd", "encode-end"],
  ["exposeBegin", "expose-begin"],
  ["exposeCmp", "expose-cmp"],
  ["exposeEnd", "expose-end"],
  ["send", "send"],
] as const;

/** A picture of the largest screen at the best quality has some MiB. */
const MAX_IMAGE = 16 * 1024 * 1024;
const MAX_LINE = 1024;
const MAX_LINES = 64;

/**
 * Cuts a `multipart/x-mixed-replace` body into its pictures, each as soon as its last byte is here. Reads no faster
 * than it is iterated.
 * @throws ResponseError for what is no such body, for a picture that is none (code `JPEG`), and when it ends; what the
 * body throws.
 */
export async function* framesOf(
  { statusCode, headers, body }: OpenAnswer,
  zeroData: boolean,
): AsyncGenerator<MjpegFrame, void, undefined> {
  const bad = (what: string, code = "BAD_RESPONSE") =>
    new ResponseError(what, { statusCode }, { code, retryable: code === "CUT_SHORT" });
  const garbage = () => bad("The device sends something that is no MJPEG stream.");
  const parts = new Parts(body, {
    ended: () => bad("The device ended the video stream.", "CUT_SHORT"),
    garbage,
  });
  try {
    const boundary = /^multipart\/x-mixed-replace\s*;\s*boundary="?([^";]+)/i.exec(
      String(headers["content-type"]),
    )?.[1];
    if (boundary === undefined) throw bad("The answer is not what the API documents. Expected an MJPEG stream.");
    const delimiter = `--${boundary}`;
    if ((await parts.line()) !== delimiter) throw garbage();
    for (;;) {
      const header = await parts.head();
      const length = numberOf(header("content-length")) ?? NaN;
      if (length > MAX_IMAGE) throw bad(`The device sends a picture of ${length} bytes.`, "TOO_LONG");
      if (!Number.isInteger(length) || length < 0) throw garbage();
      const image = await parts.bytes(length);
      yield frameOf(header, zeroData && length === 0 ? image : checkedJpeg(image));
      if ((await parts.line()) !== "" || (await parts.line()) !== delimiter) throw garbage();
    }
  } finally {
    body.discard();
  }
}

type Header = (name: string) => string;

function frameOf(header: Header, image: Buffer): MjpegFrame {
  const number = (name: string) => numberOf(header(`x-ustreamer-${name}`));
  return {
    image,
    ...factsOf(header),
    dropped: number("dropped"),
    clientFps: number("client-fps"),
    latency: number("latency"),
    // One entry for each name.
    times: Object.fromEntries(TIMES.map(([name, sent]) => [name, number(`${sent}-time`)])) as MjpegFrame["times"],
  };
}

/** Lines and runs of bytes from a body that comes in pieces; each byte of a picture is copied once, to its place. */
class Parts {
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #errors: { ended: () => Error; garbage: () => Error };
  #piece: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(body: AsyncIterable<Buffer>, errors: { ended: () => Error; garbage: () => Error }) {
    this.#pieces = body[Symbol.asyncIterator]();
    this.#errors = errors;
  }

  /** Without its end. */
  async line(): Promise<string> {
    let line = "";
    for (;;) {
      const end = this.#piece.indexOf("\n", this.#at);
      line += this.#piece.toString("latin1", this.#at, end < 0 ? this.#piece.length : end);
      if (line.length > MAX_LINE) throw this.#errors.garbage();
      this.#at = end + 1;
      if (end >= 0) return line.replace(/\r$/, "");
      await this.#next();
    }
  }

  /**
   * The lines up to an empty one.
   * @returns what answers with a header's value, by its name in small letters; empty when absent.
   */
  async head(): Promise<Header> {
    const fields = new Map<string, string>();
    for (let count = 0; count < MAX_LINES; count += 1) {
      const line = await this.line();
      if (line === "") return (name) => fields.get(name) ?? "";
      const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) break;
      fields.set(name.toLowerCase(), value);
    }
    throw this.#errors.garbage();
  }

  async bytes(length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length;) {
      if (this.#at === this.#piece.length) await this.#next();
      const copied = this.#piece.copy(bytes, filled, this.#at);
      filled += copied;
      this.#at += copied;
    }
    return bytes;
  }

  /** @throws the error for the end of the body. */
  async #next(): Promise<void> {
    const piece = await this.#pieces.next();
    if (piece.done === true) throw this.#errors.ended();
    this.#piece = piece.value;
    this.#at = 0;
  }
}
