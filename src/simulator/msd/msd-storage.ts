import type { Timer, Timers } from "../clock";
import { float, type JsonObject } from "../api/python";

/** An image to start with: its size in bytes, or its content. */
export type ImageSource = number | Buffer;

/** Of larger images only the first bytes are kept; the rest is counted and reads as zeros. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** kvmd reads the disk again when no file has been made, closed or removed for so long. */
const QUIET_MS = 1000;
/** Bytes of a name in a file system. */
const MAX_PART = 255;
const CAPACITY = 8_414_195_712;
const SYSTEM_BYTES = 19_947_520;

export class ImageFile {
  written = 0;
  complete = false;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor(
    readonly name: string,
    readonly size: number,
    public modified: number,
    readonly removable = true,
  ) {}

  /** An `.iso` never is. */
  get writable(): boolean {
    return !this.name.toLowerCase().endsWith(".iso");
  }

  append(chunk: Buffer): void {
    this.written += chunk.length;
    const room = KEPT_BYTES - this.#keptBytes;
    if (room <= 0) return;
    // A copy: the socket's buffer is larger than the chunk and would stay with it.
    const part = Buffer.from(chunk.subarray(0, room));
    this.#kept.push(part);
    this.#keptBytes += part.length;
  }

  *chunks(): Generator<Buffer> {
    const CHUNK = 64 * 1024;
    const content = Buffer.concat(this.#kept);
    for (let offset = 0; offset < this.size; offset += CHUNK) {
      const length = Math.min(CHUNK, this.size - offset);
      const part = content.subarray(offset, offset + length);
      yield part.length === length ? part : Buffer.concat([part], length);
    }
  }
}

interface Listed {
  readonly file: ImageFile;
  readonly complete: boolean;
  readonly size: number;
  readonly modified: number;
}

/** The files of the storage and kvmd's list of them, which follows a second later. */
export class ImageStorage {
  readonly #timers: Timers;
  capacity = CAPACITY;
  readonly files = new Map<string, ImageFile>();
  /** Called when the list was read again. */
  onRefresh: () => void = () => undefined;
  #listing = new Map<string, Listed>();
  #free = 0;
  #pending: Timer | undefined;
  /** Images that are being written. */
  #writing = 0;

  constructor(timers: Timers, images: Readonly<Record<string, ImageSource>>) {
    this.#timers = timers;
    for (const [name, source] of Object.entries(images)) this.add(name, source);
    this.refresh();
  }

  /** Puts a finished image there as if it had always been; with `complete: false` an aborted one. */
  add(name: string, source: ImageSource, more: { modified?: number; complete?: boolean } = {}): void {
    const size = typeof source === "number" ? source : source.length;
    const file = new ImageFile(name, size, more.modified ?? this.#wallSeconds());
    if (typeof source === "number") file.written = size;
    else file.append(source);
    file.complete = more.complete ?? true;
    this.files.set(name, file);
    this.refresh();
  }

  /** Finds what is both listed and there. */
  find(name: string): ImageFile | undefined {
    const file = this.files.get(name);
    return file !== undefined && this.isListed(name) ? file : undefined;
  }

  isListed(name: string): boolean {
    return this.#listing.has(name);
  }

  hasFolder(folder: string): boolean {
    return folder === "" || [...this.files.keys()].some((name) => name.startsWith(`${folder}/`));
  }

  /** Whether the file system can make a file of that name: its folder is there, and no part of it is too long. */
  canHold(name: string): boolean {
    const parts = name.split("/");
    // Beside the image lies an empty file that marks it as incomplete, whose name is longer.
    const isShort =
      parts.every((part) => Buffer.byteLength(part) <= MAX_PART) && Buffer.byteLength(markOf(name)) <= MAX_PART;
    return isShort && this.hasFolder(parts.slice(0, -1).join("/"));
  }

  /** Begins to write an image, until `close`. */
  create(name: string, size: number): ImageFile {
    const file = new ImageFile(name, size, this.#wallSeconds());
    this.files.set(name, file);
    this.#writing += 1;
    this.#touch();
    return file;
  }

  /** @returns false when the disk is full. */
  append(file: ImageFile, chunk: Buffer): boolean {
    if (this.#freeNow() < chunk.length) return false;
    file.append(chunk);
    file.modified = this.#wallSeconds();
    return true;
  }

  /** The writing of an image is over. */
  close(file: ImageFile): void {
    file.complete = file.written >= file.size;
    this.#writing -= 1;
    this.#touch();
  }

  /** A removed file stays listed for a moment, empty and without a date. */
  remove(name: string): void {
    const listed = this.#listing.get(name);
    if (listed) this.#listing.set(name, { file: listed.file, complete: true, size: 0, modified: 0 });
    this.files.delete(name);
    this.#touch();
  }

  /** Removes what has been written of an image; until the disk is read again it stays listed as it was. */
  discard(file: ImageFile): void {
    this.files.delete(file.name);
    this.#touch();
  }

  /** Reads the disk at once, as kvmd does when it starts. */
  refresh(): void {
    this.#wait();
    const depth = (name: string): number => name.split("/").length;
    const walk = [...this.files.values()].sort((a, b) => depth(a.name) - depth(b.name) || (a.name < b.name ? -1 : 1));
    this.#listing = new Map(
      walk.map((file) => [file.name, { file, complete: file.complete, size: file.size, modified: file.modified }]),
    );
    this.#free = this.#freeNow();
    this.onRefresh();
  }

  images(): JsonObject {
    return Object.fromEntries([...this.#listing.keys()].map((name) => [name, this.describe(name)]));
  }

  describe(name: string): JsonObject {
    const listed = this.#listing.get(name);
    return {
      complete: listed?.complete ?? false,
      removable: listed?.file.removable ?? true,
      writable: listed?.file.writable ?? true,
      size: listed?.size ?? 0,
      mod_ts: float(listed?.modified ?? 0),
    };
  }

  parts(): JsonObject {
    return { "": { size: this.capacity, free: this.#free, writable: true } };
  }

  #freeNow(): number {
    const used = [...this.files.values()].reduce((sum, file) => sum + file.written, 0);
    return Math.max(0, this.capacity - SYSTEM_BYTES - used);
  }

  /** A change of the disk is noticed when there has been none for a while. Writing into a file is no change. */
  #touch(): void {
    this.#pending?.cancel();
    this.#pending = this.#timers.after(QUIET_MS, () => this.refresh());
  }

  /** While an image is written, the free space is read again whenever nothing else happens for a while. */
  #wait(): void {
    this.#pending?.cancel();
    this.#pending = this.#writing === 0 ? undefined : this.#timers.after(QUIET_MS, () => this.#measure());
  }

  #measure(): void {
    this.#free = this.#freeNow();
    this.onRefresh();
    this.#wait();
  }

  #wallSeconds(): number {
    return this.#timers.clock.wall() / 1000;
  }
}

/** The name of the file that marks an image as incomplete. */
function markOf(name: string): string {
  return `.__${name.split("/").at(-1) ?? ""}.incomplete`;
}
