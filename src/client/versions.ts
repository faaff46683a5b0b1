/** The version of the device's software, kvmd. */
export interface SoftwareVersion {
  major: number;
  minor: number;
}

/**
 * What came with which version of kvmd, the oldest first. A device of before does without, or refuses the call as
 * unknown.
 */
export const SINCE = {
  /** A line end of a print presses Enter. */
  printEnter: "2.1",
  /** The mouse may be relative, and a message may hold many movements; before, it is absolute and does not say so. */
  relativeMouse: "2.4",
  /** One call plugs the drive in and pulls it; before, `connect` and `disconnect`. */
  driveSetConnected: "2.9",
  /** Settings of the H.264 stream; before, they are ignored without a word. */
  h264Settings: "2.16",
  /** Of a print: tabs, and curly quotes, which become straight ones. */
  printTabs: "2.71",
  /** An image is the body of its upload; before, a part of a form that only the web page makes. */
  plainUpload: "3.12",
  /** The device fetches an image itself. */
  uploadRemote: "3.12",
  /** The pin of a GPIO channel is a text; it was a number. */
  gpioPinText: "3.24",
  /** The text on the screen; before, asking for it brings the picture. */
  ocr: "3.55",
  /** A drive that the computer can write to; before, it is read-only and `rw` is ignored and not reported. */
  writableDrive: "3.124",
  /** The device gives an image back. */
  imageDownload: "3.124",
  /** An en dash of a print becomes a hyphen. */
  printDashes: "3.145",
  /** The title of the GPIO table is a list; it was a text. */
  gpioTitleList: "3.153",
  /** `prefix` of an upload; before, it is ignored, and the image is not in that folder. */
  uploadPrefix: "3.206",
  /** The free space of each part of the storage; before, only that of the whole. */
  storageParts: "3.206",
  /** A print types what a keymap has with AltGr, and all of Unicode that it has; the sign of the euro since 3.209. */
  printLayouts: "3.209",
  /** Mouse events in binary frames; before, any binary message ends the session. */
  binaryMouse: "3.225",
  /** Keys in binary frames; before, they are dropped without a word. */
  binaryKeys: "3.228",
  /** An event may hold a part of a state, GPIO's hold the model too, and `loop` comes first and says the version. */
  partialEvents: "4.21",
  /** `slow` of a print: 0.02 s before each key event. */
  printSlow: "4.25",
  /** The PiKVM Switch. */
  switch: "4.26",
  /** Single frames of the video, `/api/media`. */
  media: "4.28",
  /**
   * `finish` of a key event: the device releases the key right after pressing it. Before, it is ignored in JSON, and in
   * a binary frame the whole key is dropped.
   */
  keyFinish: "4.33",
  /** Events are named like their states; before, with `_state` behind. */
  plainEventNames: "4.36",
  /** A session may end by itself: `expire` of a login. */
  sessionExpire: "4.53",
  /** Older ones drop a ping that is a binary frame without a word. */
  binaryPing: "4.53",
  /** The events of `info` say `health` and `platform` apart; before, together as `hw`. */
  healthEvents: "4.53",
  /** Volume keys, and F20. */
  audioKeys: "4.72",
  /** `dummy` of a port of the Switch; before, it is ignored. */
  switchDummy: "4.72",
  /** The port before and after the one that is shown. */
  switchSteps: "4.72",
  redfishPatch: "4.73",
  sendShortcut: "4.79",
  /** Seconds since the last key or mouse event. */
  inactivity: "4.83",
  /** ATX says which button is being pressed. */
  atxActs: "4.88",
  /** `delay` of a print. */
  printDelay: "4.92",
  /** `clients`: how many watch the video; told whenever anybody comes or goes. */
  clientsEvent: "4.97",
  /** The streamer says which settings its process really has. */
  streamerApplied: "4.126",
  /** `/api/info` can say `health`, `platform` and `node` apart: `legacy=0`. */
  infoParts: "4.130",
  /** Redfish has a system for each port of the switch. */
  redfishPorts: "4.130",
  /** Redfish has managers and virtual media. */
  redfishManagers: "4.132",
  /** An image says whether it can be written. */
  imageWritable: "4.169",
  /** F13 to F24; F20 was there before. */
  keysToF24: "4.187",
} as const;

export type Feature = keyof typeof SINCE;

/** Calls that not every version has; without `/api`; the longest that a path begins with counts. */
const CALLS: Readonly<Record<string, Feature>> = {
  "/hid/events/send_mouse_relative": "relativeMouse",
  "/hid/events/send_shortcut": "sendShortcut",
  "/hid/inactivity": "inactivity",
  "/media": "media",
  "/msd/read": "imageDownload",
  "/msd/set_connected": "driveSetConnected",
  "/msd/write_remote": "uploadRemote",
  "/streamer/ocr": "ocr",
  "/switch": "switch",
  "/switch/set_active_next": "switchSteps",
  "/switch/set_active_prev": "switchSteps",
  "/redfish/v1/Managers": "redfishManagers",
  "/redfish/v1/Systems/SwitchPort": "redfishPorts",
};

/** The first version that knows a call; undefined for what all have, and for what none has. */
export function callSince(path: string): string | undefined {
  const [call] = Object.keys(CALLS)
    .filter((known) => path.replace(/^\/api(?=\/)/, "").startsWith(known))
    .sort((a, b) => b.length - a.length);
  const feature = call === undefined ? undefined : CALLS[call];
  return feature && SINCE[feature];
}

/** What a key takes; undefined for those that all versions in use have. */
export function keyFeature(key: string): Feature | undefined {
  if (key === "F20" || key.startsWith("AudioVolume")) return "audioKeys";
  return /^F(1[3-9]|2[1-4])$/.test(key) ? "keysToF24" : undefined;
}

/** Ends a message about something that the device's software is too old for. */
export const takes = (feature: Feature): string => `that takes PiKVM software ${SINCE[feature]} or newer.`;

/** Whether software of this version has something. What is undefined is older than those that say it. */
export function has(version: SoftwareVersion | undefined, feature: Feature): boolean {
  if (version === undefined) return false;
  const [major = 0, minor = 0] = SINCE[feature].split(".").map(Number);
  return version.major > major || (version.major === major && version.minor >= minor);
}
