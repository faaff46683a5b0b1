/**
 * What a device reports of itself. Devices may add fields; those are kept. Older devices may leave out the optional
 * ones.
 */
export interface AtxState {
  /** False when ATX control is switched off in the device's configuration. */
  enabled: boolean;
  /** A button is being pressed. */
  busy: boolean;
  /** Which button. */
  acts?: { power: boolean; reset: boolean };
  leds: { power: boolean; hdd: boolean };
}

export interface HidState {
  /** Not from devices before 4.21: there it is always enabled. */
  enabled?: boolean;
  /** ch9329 boards report 0 and 1. */
  online: boolean | number;
  busy?: boolean;
  /** Null and absent alike: the device cannot unplug itself. */
  connected?: boolean | null;
  keyboard: {
    online: boolean | number;
    leds: { caps: boolean; num: boolean; scroll: boolean };
    outputs?: { available: string[]; active: string };
  };
  mouse: {
    online: boolean | number;
    /** Not from devices before 2.4: there it always is. */
    absolute?: boolean;
    outputs?: { available: string[]; active: string };
  };
  /** `interval`: seconds. */
  jiggler?: { enabled: boolean; active: boolean; interval: number };
}

export interface MsdImage {
  /** Bytes; of an upload in progress the size that it will have. */
  size: number;
  /** Seconds since 1970. */
  mod_ts?: number;
  /** False while an upload runs, and after one that broke. */
  complete: boolean;
  removable?: boolean;
  /** An `.iso` never is. */
  writable?: boolean;
}

export interface MsdDrive {
  image: (MsdImage & { name: string; in_storage?: boolean }) | null;
  connected: boolean;
  cdrom: boolean;
  /** Not from devices before 3.124: there it is always read-only. */
  rw?: boolean;
}

export interface MsdStorage {
  /** By name, with `/` for folders. */
  images: Record<string, MsdImage>;
  /** By mount name; the internal one is `""`. Sizes in bytes. */
  parts?: Record<string, { size: number; free: number; writable: boolean }>;
  /** Of the internal part; from devices before 4.21, and the only ones there before 3.206. */
  size?: number;
  free?: number;
  /** Sizes in bytes, here and below. From devices before 2.82 only whether there is one. */
  uploading: { name: string; size: number; written: number } | boolean | null;
  /** Not from devices before 3.126, which give no image back. */
  downloading?: { name: string; size: number; readed: number } | null;
}

export interface MsdState {
  enabled: boolean;
  online: boolean;
  busy: boolean;
  drive: MsdDrive | null;
  storage: MsdStorage | null;
}

/** Parts of `/api/info`; which ones there are depends on the device's software. */
export interface InfoState {
  auth?: { enabled: boolean };
  node?: { host: string };
  /** `total`: seconds. */
  uptime?: { total: number; parts: { days: number; hours: number; minutes: number; seconds: number } };
  meta?: Record<string, unknown> | null;
  extras?: Record<string, unknown> | null;
  fan?: { monitored: boolean; state: Record<string, unknown> | null };
  health?: Record<string, unknown>;
  /** From older devices: `health` and `platform` together. */
  hw?: Record<string, unknown>;
  system?: {
    kvmd: { version: string };
    streamer?: Record<string, unknown>;
    kernel?: Record<string, unknown>;
    platform?: Record<string, unknown>;
  };
}

/**
 * The merged full states of a device, by kind, as far as it has reported them. In `gpio` an output that is busy keeps
 * the `online` and `state` that it had, and has none where they are not known: what the device shows then is no
 * reading.
 */
export interface States {
  atx?: AtxState;
  hid?: HidState;
  msd?: MsdState;
  info?: InfoState;
  hid_keymaps?: { keymaps: { default: string; available: string[] } };
  clients?: { count: number };
  /** `gpio`, `streamer`, `ocr`, `switch`, and kinds that newer devices add. */
  [kind: string]: unknown;
}
