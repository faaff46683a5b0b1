// As much of DNS messages (RFC 1035, with RFC 2782 for SRV) as a search by multicast needs. A dot inside of a label, as
// kvmd's own name has one, is written with a backslash before it.

const TYPES = { A: 1, PTR: 12, TXT: 16, SRV: 33 } as const;
const INTERNET = 1;
const HEADER = 12;
const IS_ANSWER = 0x8000;
/** What a name may have; more pointers than labels is a circle. */
const MAX_LABELS = 128;

export type RecordType = keyof typeof TYPES;

/** What a record says, by its type. */
export type DnsRecord = { name: string } & (
  | { type: "A"; address: string }
  | { type: "PTR"; target: string }
  | { type: "SRV"; target: string; port: number }
  | { type: "TXT"; values: Record<string, string> }
);

/** A message that asks for one kind of record. */
export function question(name: string, type: RecordType): Buffer {
  const labels = (name.match(/(?:\\.|[^.\\])+/g) ?? []).flatMap((label) => {
    const bytes = Buffer.from(plain(label));
    return [Buffer.of(bytes.length), bytes];
  });
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(1, 4);
  return Buffer.concat([head, ...labels, Buffer.of(0, 0, TYPES[type], 0, INTERNET)]);
}

/** A name as people write it. */
export const plain = (name: string): string => name.replace(/\\(.)/g, "$1");

/** The records of an answer that are understood; none for what is no answer, or is cut off. */
export function recordsIn(message: Buffer): DnsRecord[] {
  const records: DnsRecord[] = [];
  try {
    if ((message.readUInt16BE(2) & IS_ANSWER) === 0) return [];
    const reader = new Reader(message);
    const [questions, ...answers] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
    for (let count = questions ?? 0; count > 0; count -= 1) reader.skipQuestion();
    for (let count = answers.reduce((sum, some) => sum + some, 0); count > 0; count -= 1) {
      const record = reader.record();
      if (record) records.push(record);
    }
  } catch (error) {
    // Anybody on the network can send anything: a message ends where it can no longer be read.
    if (!(error instanceof RangeError)) throw error;
  }
  return records;
}

class Reader {
  readonly #message: Buffer;
  #at = HEADER;

  constructor(message: Buffer) {
    this.#message = message;
  }

  skipQuestion(): void {
    this.#name();
    this.#at += 4;
  }

  record(): DnsRecord | undefined {
    const name = this.#name();
    const type = this.#message.readUInt16BE(this.#at);
    const end = this.#at + 10 + this.#message.readUInt16BE(this.#at + 8);
    this.#at += 10;
    if (end > this.#message.length) throw new RangeError("cut off");
    const record = this.#content(name, type, end);
    this.#at = end;
    return record;
  }

  #content(name: string, type: number, end: number): DnsRecord | undefined {
    switch (type) {
      case TYPES.A:
        return { name, type: "A", address: Array.from(this.#message.subarray(this.#at, this.#at + 4)).join(".") };
      case TYPES.PTR:
        return { name, type: "PTR", target: this.#name() };
      case TYPES.SRV: {
        const port = this.#message.readUInt16BE(this.#at + 4);
        this.#at += 6;
        return { name, type: "SRV", target: this.#name(), port };
      }
      case TYPES.TXT:
        return { name, type: "TXT", values: this.#texts(end) };
      default:
        return undefined;
    }
  }

  #texts(end: number): Record<string, string> {
    const values: Record<string, string> = Object.create(null) as Record<string, string>; // any key may come
    while (this.#at < end) {
      const [key = "", ...rest] = this.#text().split("=");
      if (rest.length > 0) values[key] ??= rest.join("=");
    }
    return values;
  }

  #text(): string {
    const length = this.#message.readUInt8(this.#at);
    const start = this.#at + 1;
    this.#at = start + length;
    if (this.#at > this.#message.length) throw new RangeError("cut off");
    return this.#message.toString("utf8", start, this.#at);
  }

  /** In lower case, as names are compared; its end may stand elsewhere in the message. */
  #name(): string {
    const labels: string[] = [];
    let after: number | undefined;
    for (let steps = 0; steps < MAX_LABELS; steps += 1) {
      const length = this.#message.readUInt8(this.#at);
      if (length >= 0xc0) {
        after ??= this.#at + 2;
        this.#at = this.#message.readUInt16BE(this.#at) & 0x3fff;
      } else if (length === 0) {
        this.#at = after ?? this.#at + 1;
        return labels.join(".").toLowerCase();
      } else labels.push(this.#text().replace(/[.\\]/g, "\\$&"));
    }
    throw new RangeError("a name without an end");
  }
}
