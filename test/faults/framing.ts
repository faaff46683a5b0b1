/** Where messages of HTTP/1.1 begin and end in what goes over a connection, as far as this package and nginx use it. */

const END_OF_HEAD = "\r\n\r\n";
const END_OF_CHUNKS = "0\r\n\r\n";

/** Collects a message piece by piece. */
export class Framing {
  /** All bytes of it so far. */
  bytes = Buffer.alloc(0);
  /** Bytes of its head, with the empty line; undefined while that is not there. */
  head: number | undefined;
  /** All of its bytes; undefined while that is not known. */
  total: number | undefined;
  readonly #isAnswer: boolean;

  constructor(isAnswer: boolean) {
    this.#isAnswer = isAnswer;
  }

  get isWhole(): boolean {
    return this.total !== undefined && this.bytes.length >= this.total;
  }

  /** The first line, such as `POST /api/atx/click?button=power HTTP/1.1`. */
  get firstLine(): string {
    return this.#text.slice(0, this.#text.indexOf("\r\n"));
  }

  /** @returns what belongs to the next message. */
  take(chunk: Buffer): Buffer {
    this.bytes = Buffer.concat([this.bytes, chunk]);
    if (this.head === undefined) this.#findHead();
    if (this.total === undefined && this.head !== undefined) this.#findEnd(this.head);
    const rest = this.bytes.subarray(this.total ?? this.bytes.length);
    this.bytes = this.bytes.subarray(0, this.total ?? this.bytes.length);
    return rest;
  }

  /** The value of a header, in lower case. */
  header(name: string): string | undefined {
    return new RegExp(`\r\n${name}: *([^\r]*)`, "i").exec(this.#text)?.[1]?.toLowerCase();
  }

  get #text(): string {
    return this.bytes.subarray(0, this.head).toString("latin1");
  }

  #findHead(): void {
    const end = this.bytes.indexOf(END_OF_HEAD);
    if (end >= 0) this.head = end + END_OF_HEAD.length;
  }

  #findEnd(head: number): void {
    const length = this.header("content-length");
    if (length !== undefined) this.total = head + Number(length);
    else if (this.header("transfer-encoding") === undefined) this.total = this.#isEndless ? undefined : head;
    else {
      const end = this.bytes.indexOf(END_OF_CHUNKS, head);
      if (end >= 0) this.total = end + END_OF_CHUNKS.length;
    }
  }

  /** Whether only the end of the connection ends it. */
  get #isEndless(): boolean {
    return this.#isAnswer && !/^HTTP\/1.1 (1|204|304)/.test(this.firstLine);
  }
}
