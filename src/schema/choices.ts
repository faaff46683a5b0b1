/** One thing that a device has, of those that a dialog lists for a field. */
export interface Choice {
  /** What the field holds when it is chosen. */
  value: string;
  /** What people call it, where that is not the value. */
  label?: string;
  /** What else it is called, such as the channel of a label. */
  also?: string;
  /** Bytes. */
  size?: number;
  /** False: an upload that is not over, or broke. */
  complete?: boolean;
  /** What it is at this moment: a key of `common.list.state`. */
  state?: "on" | "off" | "busy" | "offline" | "shown";
  /** What is at a path now, as JSON. */
  reading?: string;
}

/** What `GET pikvm/devices/<id>/choices/<kind>` answers; with `problem` there are none. */
export interface Choices {
  choices: Choice[];
  /** Why there are none, in English. */
  problem?: string;
  /** The error's own code. */
  code?: string;
  /** The key of what it is and what to do, below `common.advice`; absent where `problem` has to do. */
  advice?: string;
  /** Of a login that was refused: when it is tried again, in milliseconds since 1970. */
  next_trial?: number;
}

/** Paths into a device's states that people want first, and the key of the words for each, below `common.path`. */
export const WELL_KNOWN_PATHS: Readonly<Record<string, string>> = {
  power: "power",
  "atx.leds.power": "power_led",
  "atx.leds.hdd": "hdd_led",
  "atx.busy": "atx_busy",
  "hid.online": "hid_online",
  "hid.keyboard.online": "keyboard_online",
  "hid.keyboard.leds.caps": "caps",
  "hid.keyboard.leds.num": "num",
  "hid.keyboard.leds.scroll": "scroll",
  "hid.mouse.online": "mouse_online",
  "msd.online": "msd_online",
  "msd.busy": "msd_busy",
  "msd.drive.connected": "drive_connected",
  "msd.drive.image.name": "image_name",
  "streamer.streamer.source.online": "signal",
  "streamer.streamer.source.resolution": "resolution",
  "clients.count": "clients",
  "info.health.temp.cpu": "cpu_temp",
};
