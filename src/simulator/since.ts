/**
 * What came with which version of kvmd, from its source: each line was looked up in the tags. Older ones answer 404,
 * leave the field out, or ignore the parameter.
 */
export const SINCE = {
  /** Binary frames; before, one ended the session. From 3.225 to 3.227 only those of the mouse's movements. */
  binaryFrames: "3.225",
  binaryKeys: "3.228",
  binaryPing: "4.53",
  cookieAttributes: "3.291",
  /** A session that opens clears the keyboard's queue, too; one that closes always did. */
  clearOnOpen: "4.111",
  /** `connect` and `disconnect` of the drive became one call. */
  driveSetConnected: "2.9",
  /** `finish` of a key. */
  keyFinish: "4.33",
  h264: "2.16",
  loginExpire: "4.53",
  loginRedirect: "4.108",
  /** `health` and `platform` apart; before, together as `hw`. */
  healthApart: "4.53",
  /** `legacy=0` of `/info`. */
  infoLegacy: "4.130",
  /** The last message after the opening; it has the version, and comes first, since 4.21. */
  loopEvent: "2.0",
  /** A state goes out in parts, and `loop` says the version. */
  partialEvents: "4.21",
  /** Those who do not ask for `legacy=1` get the parts. */
  partialByDefault: "4.30",
  /** `hid` instead of `hid_state`; nobody can ask for the old form any more. */
  plainEventNames: "4.36",
  /** The image is the body itself; before, a part of a form. */
  plainUpload: "3.12",
  /** `written` in what an upload answers, and the size of the upload in the state. */
  uploadCounters: "2.82",
  writableDrive: "3.124",
  ocr: "3.55",
  /** A URL of an image is told from a name; before, it is the name of one that is not there. */
  remoteImages: "4.177",
  /** A mouse that is pushed, and lists of movements. */
  relativeMouse: "2.4",
  redfishPorts: "4.130",
  /** The USB gadget can be a relative mouse. */
  mouseOutputs: "3.18",
  totp: "3.194",
} as const;

/** Calls by their path, without `/api`; the longest that fits counts. */
export const CALLS_SINCE: Readonly<Record<string, string>> = {
  "/hid/events/": "1.93",
  "/hid/events/send_mouse_relative": "2.4",
  "/hid/events/send_shortcut": "4.79",
  "/hid/inactivity": "4.83",
  "/hid/set_connected": "2.9",
  "/hid/set_params": "2.5",
  "/media": "4.28",
  "/msd/read": "3.124",
  "/msd/set_connected": SINCE.driveSetConnected,
  "/msd/write_remote": "3.12",
  "/redfish/": "2.0",
  "/redfish/v1/Managers": "4.132",
  "/redfish/v1/Systems/SwitchPort": SINCE.redfishPorts,
  "/streamer/ocr": SINCE.ocr,
  "/switch": "4.26",
  "/switch/set_active_next": "4.72",
  "/switch/set_active_prev": "4.72",
  "PATCH /redfish/": "4.73",
};

/** Parameters that older ones ignore, by the call's path. */
export const PARAMS_SINCE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/hid/print": { delay: "4.92", slow: "4.25" },
  "/msd/write": { prefix: "3.206", remove_incomplete: "3.131" },
  "/msd/write_remote": { prefix: "3.206", remove_incomplete: "3.131" },
  "/switch/set_port_params": { dummy: "4.72" },
};

/** Calls that are gone, by their path: the first version without. */
export const CALLS_UNTIL: Readonly<Record<string, string>> = {
  "/msd/connect": SINCE.driveSetConnected,
  "/msd/disconnect": SINCE.driveSetConnected,
};

/** Calls that GL.iNet's fork does not let through. */
export const NOT_IN_GLKVM: readonly string[] = ["/hid/events/"];

/** Parts of the states, by kind; `*` is each of them. */
export const FIELDS_SINCE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  atx: { acts: "4.88" },
  hid: {
    enabled: "4.21",
    busy: "2.5",
    connected: "2.9",
    jiggler: "3.265",
    "keyboard.outputs": "2.5",
    "mouse.absolute": SINCE.relativeMouse,
    "mouse.outputs": "2.5",
  },
  gpio: {
    "model.view.table.*.*.confirm": "2.0",
    "model.view.table.*.*.hide": "3.334",
  },
  msd: {
    "drive.rw": SINCE.writableDrive,
    "drive.image.removable": "3.206",
    "drive.image.mod_ts": "3.168",
    "drive.image.writable": "4.169",
    "storage.parts": "3.206",
    "storage.downloading": "3.126",
    "storage.images.*.removable": "3.206",
    "storage.images.*.mod_ts": "3.168",
    "storage.images.*.writable": "4.169",
  },
  switch: {
    "model.ports.*.id": "4.72",
    "model.ports.*.video": "4.72",
    "summary.active_id": "4.72",
  },
  streamer: {
    applied: "4.126",
    "features.h264": SINCE.h264,
    "limits.h264_bitrate": SINCE.h264,
    "limits.h264_gop": SINCE.h264,
    "params.h264_bitrate": SINCE.h264,
    "params.h264_gop": SINCE.h264,
  },
};

/** Events, by their present names. */
export const EVENTS_SINCE: Readonly<Record<string, string>> = {
  clients: "4.97",
  hid_keymaps: "2.52",
  ocr: SINCE.ocr,
  switch: "4.26",
};

/** Parts of `info`. */
export const INFO_SINCE: Readonly<Record<string, string>> = {
  auth: "3.67",
  fan: "3.67",
  health: SINCE.healthApart,
  node: "4.130",
  uptime: "4.125",
};

/** Keys; those that are not named are as old as 1.93. */
export const KEYS_SINCE: Readonly<Record<string, string>> = {
  IntlBackslash: "2.0",
  IntlYen: "3.7",
  ...Object.fromEntries(["Convert", "IntlRo", "KanaMode", "NonConvert"].map((key) => [key, "3.189"])),
  ...Object.fromEntries(["AudioVolumeDown", "AudioVolumeMute", "AudioVolumeUp", "F20"].map((key) => [key, "4.72"])),
  ...Object.fromEntries([13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24].map((number) => [`F${number}`, "4.187"])),
};
