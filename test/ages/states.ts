/**
 * What devices of eight ages send first in a session, in the order in which they send it: written by hand from the
 * state classes in kvmd's source at each tag, not recorded. Shortened are only `extras` and the streamer's own state.
 */
type Messages = readonly (readonly [event_type: string, event: object])[];

const ATX = { enabled: true, busy: false, leds: { power: true, hdd: false } };
const LEDS = { caps: false, scroll: false, num: true };
const NO_OUTPUTS = { available: [], active: "" };
const USTREAMER = {
  instance_id: "",
  encoder: { type: "M2M-IMAGE", quality: 80 },
  source: { resolution: { width: 1920, height: 1080 }, online: true, desired_fps: 40, captured_fps: 30 },
  stream: { queued_fps: 30, clients: 1, clients_stat: {} },
};
const OCR = { enabled: true, langs: { default: ["eng"], available: ["eng", "osd"] } };
const KEYMAPS = { keymaps: { default: "en-us", available: ["de", "en-us"] } };

const GPIO_STATE = {
  inputs: { door: { online: true, state: true } },
  outputs: { relay: { online: true, state: false, busy: false } },
};
const pulse = { delay: 0.1, min_delay: 0.1, max_delay: 0.1 };
const schemeOf = (pin: (number: number) => string | number) => ({
  inputs: { door: { hw: { driver: "__gpio__", pin: pin(4) } } },
  outputs: { relay: { switch: true, pulse, hw: { driver: "__gpio__", pin: pin(5) } } },
});
const MENU = [
  { type: "label", text: "Fan" },
  { type: "input", channel: "door", color: "green" },
];
const button = (more: object) => ({ type: "output", channel: "relay", text: "Click", ...more });

const SYSTEM = (version: string) => ({
  kvmd: { version },
  streamer: { app: "ustreamer", version: "4.0", features: {} },
  kernel: { system: "Linux", release: "5.4", version: "#1", machine: "armv7l" },
});
const THROTTLING = { raw_flags: 0, parsed_flags: {} };

const AGE_1_100: Messages = [
  [
    "gpio_model_state",
    {
      scheme: schemeOf((pin) => pin),
      view: { header: { title: "GPIO" }, table: [[...MENU, button({})], null] },
    },
  ],
  ["info_system_state", SYSTEM("1.100")],
  ["info_meta_state", { server: { host: "pikvm" } }],
  ["info_extras_state", {}],
  [
    "info_hw_state",
    {
      platform: { type: "rpi", base: "Raspberry Pi 4" },
      health: { temp: { cpu: 36.5, gpu: 36 }, throttling: THROTTLING },
    },
  ],
  ["wol_state", { enabled: false, target: { ip: "255.255.255.255", port: 9, mac: "" } }],
  ["gpio_state", GPIO_STATE],
  ["hid_state", { online: true, keyboard: { online: true, leds: LEDS }, mouse: { online: true } }],
  ["atx_state", ATX],
  [
    "msd_state",
    {
      enabled: true,
      online: true,
      busy: false,
      storage: {
        size: 8_000_000_000,
        free: 7_000_000_000,
        images: { "a.iso": { size: 1_000, complete: true } },
        uploading: false,
      },
      drive: {
        image: { name: "a.iso", size: 1_000, complete: true, in_storage: true },
        connected: true,
        cdrom: true,
      },
      features: { multi: true, cdrom: true },
    },
  ],
  [
    "streamer_state",
    {
      limits: { max_fps: 30 },
      params: { desired_fps: 30, quality: 80 },
      snapshot: { saved: null },
      streamer: USTREAMER,
      features: { quality: true, resolution: false },
    },
  ],
];

const STREAMER = {
  limits: { desired_fps: { min: 0, max: 40 }, h264_bitrate: { min: 25, max: 20_000 }, h264_gop: { min: 0, max: 60 } },
  params: { desired_fps: 40, quality: 80, h264_bitrate: 5000, h264_gop: 30 },
  snapshot: { saved: null },
  streamer: USTREAMER,
  features: { quality: true, resolution: false, h264: true },
};

const AGE_2_45: Messages = [
  [
    "gpio_model_state",
    {
      scheme: schemeOf((pin) => pin),
      view: { header: { title: "GPIO" }, table: [[...MENU, button({ confirm: false })], null] },
    },
  ],
  ["info_extras_state", {}],
  [
    "info_hw_state",
    {
      platform: { type: "rpi", base: "Raspberry Pi 4" },
      health: { temp: { cpu: 36.5, gpu: 36 }, throttling: THROTTLING },
    },
  ],
  ["info_meta_state", { server: { host: "pikvm" } }],
  ["info_system_state", SYSTEM("2.45")],
  ["wol_state", { enabled: false, target: { ip: "255.255.255.255", port: 9, mac: "" } }],
  ["gpio_state", GPIO_STATE],
  [
    "hid_state",
    {
      online: true,
      busy: false,
      connected: null,
      keyboard: { online: true, leds: LEDS, outputs: NO_OUTPUTS },
      mouse: { absolute: true, online: true, outputs: NO_OUTPUTS },
    },
  ],
  ["atx_state", ATX],
  AGE_1_100.find(([type]) => type === "msd_state") ?? ["msd_state", {}],
  ["streamer_state", STREAMER],
  ["loop", {}],
];

const HID_3 = {
  online: true,
  busy: false,
  connected: null,
  keyboard: { online: true, leds: LEDS, outputs: NO_OUTPUTS },
  mouse: { outputs: { available: ["usb", "usb_rel"], active: "usb" }, online: true, absolute: true },
};
const FAN = { monitored: false, state: null };

const AGE_3_84: Messages = [
  [
    "gpio_model_state",
    {
      scheme: schemeOf(String),
      view: { header: { title: "GPIO" }, table: [[...MENU, button({ confirm: false })], null] },
    },
  ],
  ["hid_keymaps_state", KEYMAPS],
  ["streamer_ocr_state", { ocr: OCR }],
  ["info_auth_state", { enabled: true }],
  ["info_extras_state", {}],
  ["info_fan_state", FAN],
  [
    "info_hw_state",
    { platform: { type: "rpi", base: "Raspberry Pi 4" }, health: { temp: { cpu: 36.5 }, throttling: THROTTLING } },
  ],
  ["info_meta_state", { server: { host: "pikvm" } }],
  ["info_system_state", SYSTEM("3.84")],
  ["gpio_state", GPIO_STATE],
  ["hid_state", HID_3],
  ["atx_state", ATX],
  [
    "msd_state",
    {
      enabled: true,
      online: true,
      busy: false,
      storage: {
        size: 8_000_000_000,
        free: 7_000_000_000,
        images: { "a.iso": { size: 1_000, complete: true } },
        uploading: null,
      },
      drive: {
        image: { name: "a.iso", size: 1_000, complete: true, in_storage: true },
        connected: true,
        cdrom: true,
      },
      features: { multi: true, cdrom: true },
    },
  ],
  ["streamer_state", STREAMER],
  ["loop", {}],
];

const IMAGE_3 = { complete: true, removable: true, size: 1_000, mod_ts: 1_668_668_635.2 };
const MSD_3 = {
  enabled: true,
  online: true,
  busy: false,
  storage: {
    size: 8_000_000_000,
    free: 7_000_000_000,
    images: { "a.iso": IMAGE_3 },
    parts: { "": { size: 8_000_000_000, free: 7_000_000_000, writable: true } },
    downloading: null,
    uploading: null,
  },
  drive: {
    image: { name: "a.iso", in_storage: true, ...IMAGE_3 },
    connected: true,
    cdrom: true,
    rw: false,
  },
};

/** From 3.212 to 4.20 only single fields were added. */
function before4_21(
  version: string,
  more: { output: object; hid: object; platform: object; health: object },
): Messages {
  const title = [{ type: "label", text: "GPIO" }];
  const table = [[...MENU, button({ confirm: false, ...more.output })], null];
  const platform = { type: "rpi", base: "Raspberry Pi 4", serial: "1000", ...more.platform };
  return [
    ["gpio_model_state", { scheme: schemeOf(String), view: { header: { title }, table } }],
    ["hid_keymaps_state", KEYMAPS],
    ["streamer_ocr_state", { ocr: OCR }],
    ["info_auth_state", { enabled: true }],
    ["info_extras_state", {}],
    ["info_fan_state", FAN],
    ["info_hw_state", { platform, health: { temp: { cpu: 36.5 }, throttling: THROTTLING, ...more.health } }],
    ["info_meta_state", { server: { host: "pikvm" } }],
    ["info_system_state", SYSTEM(version)],
    ["gpio_state", GPIO_STATE],
    ["hid_state", { ...HID_3, ...more.hid }],
    ["atx_state", ATX],
    ["msd_state", MSD_3],
    ["streamer_state", STREAMER],
    ["loop", {}],
  ];
}

const JIGGLER = { jiggler: { enabled: false, active: false, interval: 60 } };
const HEALTH_4 = { cpu: { percent: 1 }, mem: { percent: 10, total: 1, available: 1 } };
const PLATFORM_4 = { model: "v3", video: "hdmi", board: "rpi4" };

const { images, parts, downloading, uploading } = MSD_3.storage;

/** GL.iNet's fork of 4.82, as its public source has it: the LEDs are never read, `power` says what is. */
const GLKVM: Messages = [
  ["loop", { version: { major: 4, minor: 82 } }],
  [
    "gpio",
    {
      model: {
        scheme: schemeOf(String),
        view: {
          header: { title: [{ type: "label", text: "GPIO" }] },
          table: [[...MENU, button({ confirm: false, hide: false })], null],
        },
      },
      state: GPIO_STATE,
    },
  ],
  ["hid", { enabled: true, ...HID_3, connected: true, ...JIGGLER }],
  ["atx", { enabled: true, busy: false, power: "on", leds: { power: false, hdd: false } }],
  [
    "msd",
    { ...MSD_3, storage: { images, parts, downloading, uploading }, drive_partition: null, available_devices: {} },
  ],
  ["streamer", STREAMER],
  ["ocr", OCR],
  ["info", { system: { ...SYSTEM("4.82"), platform: { type: "rpi", base: "", serial: "", ...PLATFORM_4 } } }],
  ["info", { auth: { enabled: true } }],
  ["info", { meta: { server: { host: "glkvm" } } }],
  ["info", { extras: {} }],
  [
    "switch",
    {
      model: { firmware: { version: 0 }, units: [], ports: [], limits: { atx: { click_delays: {} } } },
      summary: { active_port: -1, active_id: "", synced: true },
      edids: { all: {}, used: [] },
      colors: {},
      video: { links: [] },
      usb: { links: [] },
      beacons: { uplinks: [], downlinks: [], ports: [] },
      atx: { busy: [], leds: { power: [], hdd: [] } },
    },
  ],
  ["hid_keymaps", KEYMAPS],
];

/** By what the simulator's option `kvmd` takes. */
export const STATES: Readonly<Record<string, Messages>> = {
  "1.100": AGE_1_100,
  "2.45": AGE_2_45,
  "3.84": AGE_3_84,
  "3.212": before4_21("3.212", { output: {}, hid: {}, platform: {}, health: {} }),
  "3.291": before4_21("3.291", { output: {}, hid: JIGGLER, platform: {}, health: {} }),
  "4.2": before4_21("4.2", { output: { hide: false }, hid: JIGGLER, platform: {}, health: {} }),
  "4.16": before4_21("4.16", { output: { hide: false }, hid: JIGGLER, platform: PLATFORM_4, health: HEALTH_4 }),
  "4.20": before4_21("4.20", { output: { hide: false }, hid: JIGGLER, platform: PLATFORM_4, health: HEALTH_4 }),
  glkvm: GLKVM,
};

/** Whether an age is that version or a newer one. */
export function isSince(age: string, version: string): boolean {
  const numbers = (text: string) => text.split(".").map(Number);
  const [major = 0, minor = 0] = numbers(age === "glkvm" ? "4.82" : age);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(version);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
