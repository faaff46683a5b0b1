import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PiKVMError, type PiKVM } from "../client";

/** What is half done when this process is killed: an image of this size on the device, or a part of a file here. */
export type Half = { image: string; size?: number | undefined } | { file: string };

/** How the client names a file that is not complete yet; nothing else is ever removed here. */
const PART = /\.[\da-f-]{36}\.part$/;

/** Names of the notes of what this process is doing. */
const own = new Set<string>();

/**
 * Notes of what is being done on one device, each a file in a folder, so that the next process finds what a killed one
 * has left half done.
 */
export class Unfinished {
  readonly #folder: string;
  readonly #device: string;

  constructor(folder: string, device: string) {
    this.#folder = folder;
    this.#device = device;
  }

  /**
   * Does work that tells what it begins. The note of it is there until the work has ended; where it does not know what
   * is left, until somebody has looked.
   */
  async noting<T>(work: (begin: (half: Half) => void) => Promise<T>): Promise<T> {
    const notes: string[] = [];
    let isKnown = true;
    try {
      return await work((half) => notes.push(this.#note(half)));
    } catch (error) {
      isKnown = !(error instanceof PiKVMError && error.outcome === "unknown");
      throw error;
    } finally {
      for (const note of notes) {
        own.delete(note);
        if (isKnown) this.#forget(note);
      }
    }
  }

  /** Removes what was left half done, and nobody else's. What cannot be removed now is tried again at the next start. */
  async tidy(join: () => Promise<PiKVM>): Promise<void> {
    for (const { note, half } of this.#left()) {
      if ("image" in half) await (await join()).images.removeIncomplete(half.image, half.size);
      else if (PART.test(half.file)) rmSync(half.file, { force: true });
      this.#forget(note);
    }
  }

  #note(half: Half): string {
    const note = `${randomUUID()}.json`;
    own.add(note);
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(join(this.#folder, note), JSON.stringify({ device: this.#device, ...half }));
    } catch {
      // Where nothing can be written, what was killed leaves what it leaves.
    }
    return note;
  }

  #forget(note: string): void {
    try {
      rmSync(join(this.#folder, note), { force: true });
    } catch {
      // As above.
    }
  }

  *#left(): Generator<{ note: string; half: Half }> {
    for (const note of this.#names()) {
      if (own.has(note)) continue;
      const half = this.#read(note);
      if (half) yield { note, half };
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => name.endsWith(".json"));
    } catch {
      return [];
    }
  }

  /** @returns undefined for the note of another device, and for what is none. */
  #read(note: string): Half | undefined {
    try {
      const { device, image, size, file } = JSON.parse(readFileSync(join(this.#folder, note), "utf8")) as Record<string, unknown>; // prettier-ignore
      if (device !== this.#device) return undefined;
      if (typeof image === "string") return { image, size: typeof size === "number" ? size : undefined };
      return typeof file === "string" ? { file } : undefined;
    } catch {
      return undefined;
    }
  }
}
