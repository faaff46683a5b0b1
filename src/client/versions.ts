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
  /** Of a print: tabs, and curly quotes, which become straight ones. */
  printTabs: "2.71",
  /** The pin of a GPIO channel is a text; it was a number. */
  gpioPinText: "3.24",
  /** An en dash of a print becomes a hyphen. */
  printDashes: "3.145",
  /** The title of the GPIO table is a list; it was a text. */
  gpioTitleList: "3.153",
  /** A print types what a keymap has with AltGr, and all of Unicode that it has; the sign of the euro since 3.209. */
  printLayouts: "3.209",
  /** Mouse events in binary frames; keys since 3.228. */
  binaryMouse: "3.225",
  binaryKeys: "3.228",
  /** An event may hold a part of a state, GPIO's hold the model too, and `loop` comes first and says the version. */
  partialEvents: "4.21",
  /** The PiKVM Switch. */
  switch: "4.26",
  /** Single frames of the video, `/api/media`. */
  media: "4.28",
  /** `finish` of a key event: the device releases the key right after pressing it. */
  keyFinish: "4.33",
  /** Events are named like their states; before, with `_state` behind. */
  plainEventNames: "4.36",
  /** A session may end by itself: `expire` of a login. */
  sessionExpire: "4.53",
  /** Older ones drop a ping that is a binary frame without a word. */
  binaryPing: "4.53",
  /** The events of `info` say `health` and `platform` apart; before, together as `hw`. */
  healthEvents: "4.53",
  /** The port before and after the one that is shown. */
  switchSteps: "4.72",
  redfishPatch: "4.73",
  sendShortcut: "4.79",
  /** Seconds since the last key or mouse event. */
  inactivity: "4.83",
  /** ATX says which button is being pressed. */
  atxActs: "4.88",
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

type Feature = keyof typeof SINCE;

/** Whether software of this version has something. What is undefined is older than those that say it. */
export function has(version: SoftwareVersion | undefined, feature: Feature): boolean {
  if (version === undefined) return false;
  const [major = 0, minor = 0] = SINCE[feature].split(".").map(Number);
  return version.major > major || (version.major === major && version.minor >= minor);
}
