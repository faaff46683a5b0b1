/**
 * What each dialog stores and each node reads: the contract of the editor half and the runtime half.
 * Property names are public (they are in every user's flow file). This file imports nothing.
 */

/** A typed input stores two properties: the value as text, and where the value comes from (`str`, `msg`, `jsonata`, ...). */
type TypedFields<Name extends string> = Record<Name | `${Name}Type`, string>;

/** The typed-input type of a value picked from a fixed list. */
export const CHOICE = "choice";

/** The typed-input type of a text that is kept in the node, however long. */
export const STORED = "stored";

/** The typed-input type of a value kept in the node's credentials. */
export const SECRET = "secret";

interface Named {
  name: string;
}

/** Every node that uses a device. */
export interface UsesDevice extends Named {
  /** Id of a `pikvm-device` config node. */
  device: string;
}

export interface ActionConfig extends UsesDevice {
  /** When true, `msg.pikvm` (name or id of a configured device) takes precedence over `device`. */
  deviceFromMsg: boolean;
}

export interface DeviceConfig extends Named {
  /** `host`, `host:port`, `[v6]:port` or an http(s) URL, possibly with a sub-path. */
  address: string;
  user: string;
  auth: "headers" | "basic" | "session";
  trust: "system" | "tls" | "fingerprint" | "none";
  /** SHA-256 of the device's certificate as `AB:CD:...`; used when `trust` is `fingerprint`. */
  fingerprint: string;
  /** Id of a `tls-config` node (CA, client certificate); used when `trust` is `tls`. */
  tls: string;
  /** Seconds to connect. */
  connectTimeout: string;
  /** Seconds for an ordinary answer. */
  timeout: string;
  /** Seconds that the video runs on when no node needs it any more. */
  videoIdle: string;
  /** When true, nothing that changes the device is sent. */
  readOnly: boolean;
}

export interface DeviceCredentials {
  password?: string;
  totpSecret?: string;
}

export const POWER_ACTIONS = [
  "on",
  "off",
  "off_hard",
  "reset_hard",
  "click_power",
  "click_power_long",
  "click_reset",
  "ensure_on",
  "ensure_off",
  "power_or_reset",
  "cycle",
  "state",
] as const;

export const POWER_WAITS = ["accepted", "finished", "led"] as const;

/**
 * `timeout`: seconds for the LED to confirm. `hardAfter`: seconds after which ensure_off and cycle hold the button (0 = never).
 * `offTime`: seconds a cycle stays off. `busyRetry`: seconds to try again while the device is busy.
 */
export interface AtxPowerConfig
  extends ActionConfig, TypedFields<"action" | "wait" | "timeout" | "hardAfter" | "offTime" | "busyRetry"> {}

export const KEY_ACTIONS = ["text", "shortcut", "key", "release"] as const;

/**
 * `text` is typed by the action `text`; `keys` are pressed together by `shortcut`; `key` is pressed for `hold` seconds by
 * `key` and let go by `release`. `delay`: seconds before each key event (0-5). `enter`: then press Enter; `capsLockOff`: first switch Caps
 * Lock off if it is on.
 */
export interface HidKeysConfig
  extends
    ActionConfig,
    TypedFields<"action" | "text" | "enter" | "capsLockOff" | "keys" | "key" | "hold" | "keymap" | "delay"> {
  /** Send messages with `msg.progress` while typing. */
  progress: boolean;
}

export interface HidKeysCredentials {
  secret?: string;
}

export const MOUSE_ACTIONS = ["move", "click", "double_click", "press", "release", "drag", "scroll", "push"] as const;
export const MOUSE_BUTTONS = ["left", "right", "middle", "up", "down"] as const;
export const POINT_UNITS = ["percent", "pixels", "device"] as const;

/**
 * `atX`, `atY`: where, in `unit`; empty for clicks = where the pointer is. For `scroll` and `push` how far. `toX`, `toY`: the end of a drag of
 * `duration` seconds. `hold`: seconds that a click holds the button.
 */
export interface HidMouseConfig
  extends
    ActionConfig,
    TypedFields<"action" | "button" | "unit" | "atX" | "atY" | "toX" | "toY" | "duration" | "steps" | "hold"> {}

export const MACRO_SOURCES = ["macro", "file"] as const;
/** What a step of a macro may be, by the names that the device's web page saves. */
export const MACRO_EVENTS = [
  "delay",
  "delay_random",
  "print",
  "key",
  "mouse_button",
  "mouse_move",
  "mouse_move_random",
  "mouse_relative",
  "mouse_wheel",
  "atx_button",
  "gpio_switch",
  "gpio_pulse",
] as const;

/** `source`: what is played, `macro` (the JSON itself) or the one in `file` (a path). `speed`: 2 is twice as fast. */
export interface HidMacroConfig extends ActionConfig, TypedFields<"source" | "macro" | "file" | "repeat" | "speed"> {
  /** Send messages with `msg.progress` while playing. */
  progress: boolean;
}

export const MSD_ACTIONS = ["mount", "swap", "eject", "state"] as const;
export const DRIVE_KINDS = ["cdrom", "flash"] as const;

/** `timeout`: seconds for the drive to be connected or ejected. `busyRetry`: as for atx-power. */
export interface MsdMountConfig
  extends ActionConfig, TypedFields<"action" | "image" | "drive" | "writable" | "timeout" | "busyRetry"> {}

export const IMAGE_ACTIONS = ["upload", "fetch", "download", "remove", "list"] as const;
export const DOWNLOAD_TARGETS = ["file", "stream"] as const;

/**
 * `source` is uploaded, `url` fetched by the device, with `insecure` whatever the web server's certificate; `storeAs`: the name for either,
 * empty = its own. `image` is downloaded to `target` (`file`: its path) or removed. `replace`: an image, or a file, that is there; `eject`:
 * what is mounted, before removing. `busyRetry`: as for atx-power.
 */
export interface MsdImageConfig
  extends
    ActionConfig,
    TypedFields<
      | "action"
      | "source"
      | "url"
      | "insecure"
      | "storeAs"
      | "image"
      | "target"
      | "file"
      | "replace"
      | "eject"
      | "sha256"
      | "busyRetry"
    > {
  /** Send messages with `msg.progress` while an image is on its way. */
  progress: boolean;
}

export const GPIO_ACTIONS = ["on", "off", "toggle", "pulse", "read"] as const;

/**
 * `channel`: its name or label. `delay`: seconds of a pulse (0 = the channel's own). `verify`: compare what it reads afterwards.
 * `timeout`: seconds for a write to be over, and then for it to be read. `busyRetry`: as for atx-power.
 */
export interface GpioConfig
  extends ActionConfig, TypedFields<"action" | "channel" | "delay" | "verify" | "timeout" | "busyRetry"> {}

export const SWITCH_ACTIONS = [
  "select",
  "power",
  "beacon_on",
  "beacon_off",
  "edid_list",
  "edid_create",
  "edid_assign",
  "edid_remove",
  "state",
] as const;
export const BEACON_PLACES = ["port", "uplink", "downlink"] as const;

/**
 * `port`: its number or name, or `next` or `previous` to select. `light`: whose beacon; `unit`: the number of the unit for the beacon of its
 * connection. `edid`: its name or id; `data`: of a new one. `power` and the times below it: as for atx-power; `timeout` also for the
 * switch to report what was done.
 */
export interface KvmSwitchConfig
  extends
    ActionConfig,
    TypedFields<
      | "action"
      | "port"
      | "power"
      | "light"
      | "unit"
      | "edid"
      | "data"
      | "wait"
      | "timeout"
      | "hardAfter"
      | "offTime"
      | "busyRetry"
    > {}

export const SCREEN_ACTIONS = ["snapshot", "text", "set", "restart", "state"] as const;
export const PICTURE_FORMATS = ["buffer", "data_url", "file"] as const;

/**
 * `format`: how a picture is handed on; `file`: its path. `maxWidth`: pixels (0 = the whole picture); `jpegQuality`: percent. `offline`: take the device's
 * picture when there is no signal. `region`, `langs`: as for wait-until. `quality`, `fps`, `resolution`, `bitrate`, `gop`: the settings to
 * change, empty = as it is.
 */
export interface ScreenConfig
  extends
    ActionConfig,
    TypedFields<
      | "action"
      | "format"
      | "file"
      | "maxWidth"
      | "jpegQuality"
      | "offline"
      | "region"
      | "langs"
      | "timeout"
      | "quality"
      | "fps"
      | "resolution"
      | "bitrate"
      | "gop"
    > {}

export const REQUEST_CALLS = ["custom", "info", "log", "metrics", "redfish"] as const;
export const REQUEST_METHODS = ["GET", "POST", "PATCH", "DELETE"] as const;
export const ANSWER_FORMATS = ["json", "text", "buffer", "stream"] as const;

/** `call`: one of the usual ones, or `custom` with `method`, `path`, `query`, `body` and `format`. `timeout`: seconds for the answer. */
export interface RequestConfig
  extends ActionConfig, TypedFields<"call" | "method" | "path" | "query" | "body" | "format" | "timeout"> {}

export const WAIT_CONDITIONS = ["state", "text"] as const;
export const VALUE_TESTS = ["equals", "not_equals", "matches", "above", "below", "changes"] as const;
export const TEXT_EVENTS = ["appears", "disappears"] as const;
export const TEXT_MODES = ["plain", "regex", "tolerant"] as const;

/**
 * `state`: the value at `path` of the merged states passes `test` against `value`.
 * `text`: a text on the screen, looked for as `mode` says, with `mistakes` at most (empty: one for every 8 characters), in `region`, read in
 * `langs` every `interval` seconds.
 * For either, `holdFor`: seconds for which it must stay so; `next`: it must become so; `timeout`: seconds to wait for it.
 */
export interface WaitUntilConfig
  extends
    ActionConfig,
    TypedFields<
      | "condition"
      | "path"
      | "test"
      | "value"
      | "holdFor"
      | "next"
      | "event"
      | "text"
      | "mode"
      | "mistakes"
      | "region"
      | "langs"
      | "interval"
      | "timeout"
    > {}

/** The kinds of state that a device reports; it may send others. */
export const STATE_KINDS = [
  "atx",
  "hid",
  "hid_keymaps",
  "msd",
  "gpio",
  "streamer",
  "ocr",
  "switch",
  "info",
  "clients",
] as const;

export interface EventsConfig extends UsesDevice {
  mode: "changes" | "state" | "raw";
  /** Kinds to pass on in the modes `state` and `raw`; empty = all. */
  kinds: string[];
  /** Paths into the merged state, e.g. `atx.leds.power`, and `power` and `idle`, for the mode `changes`. */
  properties: string[];
  /** Seconds without keys and mouse after which `idle` is true. */
  idleSeconds: string;
  /** Also send a message when the connection comes or goes. */
  connection: boolean;
}

export const WATCH_MODES = ["frames", "changes", "freeze", "signal", "text"] as const;

/**
 * `rate`: pictures per second that are looked at, or sent by `frames`. `threshold`: percent of the picture that must differ. `freezeTime`:
 * seconds. `text`, `textMode`, `mistakes`, `region`, `langs`, `interval`: as for wait-until. `format`, `file`: as for screen.
 */
export interface ScreenWatchConfig extends UsesDevice {
  mode: (typeof WATCH_MODES)[number];
  rate: string;
  threshold: string;
  freezeTime: string;
  text: string;
  textMode: (typeof TEXT_MODES)[number];
  mistakes: string;
  region: string;
  langs: string;
  interval: string;
  format: (typeof PICTURE_FORMATS)[number];
  file: string;
}
