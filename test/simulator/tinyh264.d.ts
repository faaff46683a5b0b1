/** What the tests use of tinyh264, which brings no types. */
declare module "tinyh264/es/TinyH264.js" {
  export interface Wasm {
    readonly HEAPU8: Uint8Array;
  }
  /** Its pages expect to run in a worker. */
  const load: () => Promise<Wasm>;
  export default load;
}

declare module "tinyh264/es/TinyH264Decoder.js" {
  import type { Wasm } from "tinyh264/es/TinyH264.js";

  export default class TinyH264Decoder {
    /** @param ready - Called during `decode`. `picture`: brightness row by row, then two smaller planes of colour. */
    constructor(wasm: Wasm, ready: (picture: Uint8Array, width: number, height: number) => void);
    /** @param unit - All that belongs to one frame, with start codes. */
    decode(unit: Uint8Array): void;
    release(): void;
  }
}
