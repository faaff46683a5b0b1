import { KVMD_VERSION } from "./version";

/** The software of GL.iNet's Comet: a fork of kvmd 4.82, which it calls itself. */
const GLKVM = "glkvm";
const GLKVM_BASE = "4.82";

/** Which kvmd is simulated: `4.197`, an older one, or `glkvm`. What came when stands in `since.ts`. */
export class Age {
  readonly major: number;
  readonly minor: number;
  readonly isGlkvm: boolean;

  /** @throws RangeError for what is no version. */
  constructor(kvmd: string = KVMD_VERSION) {
    this.isGlkvm = kvmd.toLowerCase() === GLKVM;
    [this.major, this.minor] = numbersOf(this.isGlkvm ? GLKVM_BASE : kvmd);
  }

  /** As the device says it. */
  get version(): string {
    return `${this.major}.${this.minor}`;
  }

  /** Whether it is this version or a newer one: `since("4.92")`. */
  since(version: string): boolean {
    const [major, minor] = numbersOf(version);
    return this.major > major || (this.major === major && this.minor >= minor);
  }
}

function numbersOf(version: string): [major: number, minor: number] {
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})$/.exec(version) ?? [];
  if (major === undefined) throw new RangeError(`"${version}" is not a version of kvmd such as ${KVMD_VERSION}`);
  return [Number(major), Number(minor)];
}
