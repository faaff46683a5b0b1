import { APIError, PiKVM, PiKVMError, WaitTimeoutError, type InfoState, type MsdStorage } from "../client";

/** What a part of a device has to say for itself. */
export interface Said {
  is: "ok" | "absent" | "doubtful";
  /** A key of the catalogue below `said`. */
  says: string;
  values?: Record<string, string | number>;
  /** JPEG, in base64. */
  image?: string;
}

/** What is known of the parts before. */
interface Seen {
  hasPicture: boolean;
  /** The power LED: the host is surely on. */
  isLit: boolean;
  /** Looks with the client that has the device's video already, if there is one. */
  lookWith: (look: (kvm: PiKVM) => Promise<Said>) => Promise<Said>;
  powerKnownBy: string;
}

export type Part = (kvm: PiKVM, signal: AbortSignal, seen: Seen) => Promise<Said>;

/** Seconds that a device may take to start its video. */
const VIDEO_TIMEOUT = 5;
const THUMBNAIL = { maxWidth: 480, maxHeight: 270, quality: 70 };

/** What is asked of a device that has let us in, in the order of the list. */
export const PARTS: [name: string, part: Part][] = [
  ["software", async (kvm, signal) => software(await kvm.system.getInfo([], { signal }))],
  [
    "atx",
    async (kvm, signal, seen) => {
      const { enabled, leds } = await kvm.atx.getState({ signal });
      seen.isLit = enabled && leds.power;
      return enabled ? ok(leds.power ? "lit" : "dark") : ABSENT;
    },
  ],
  [
    "hid",
    async (kvm, signal, { isLit }) => {
      const { enabled, keyboard, mouse } = await kvm.hid.getState({ signal });
      if (enabled === false) return ABSENT;
      if (keyboard.online) return ok(mouse.online ? "both" : "keyboard");
      return mouse.online ? ok("mouse") : ofHost(isLit, "neither");
    },
  ],
  [
    "drive",
    async (kvm, signal) => {
      const { enabled, online, storage } = await kvm.msd.getState({ signal });
      if (!enabled) return ABSENT;
      const room = storage ? roomOf(storage) : undefined;
      if (!online || !room) return { is: "doubtful", says: "offline" };
      return { ...ok("room"), values: room };
    },
  ],
  [
    "video",
    async (_kvm, signal, seen) => {
      const said = await seen.lookWith((kvm) => picture(kvm, signal, seen.isLit));
      seen.hasPicture = said.is === "ok";
      return said;
    },
  ],
  [
    "ocr",
    async (kvm, signal) => {
      const { enabled, langs } = await kvm.streamer.getOcrInfo({ signal });
      return enabled ? { ...ok("languages"), values: { languages: langs.available.join(", ") } } : ABSENT;
    },
  ],
  [
    "gpio",
    async (kvm, signal) => {
      const { length } = await kvm.relays.channels({ signal });
      return length > 0 ? { ...ok("channels"), values: { channels: length } } : ABSENT;
    },
  ],
  [
    "switch",
    async (kvm, signal) => {
      const { length } = (await kvm.switch.getState({ signal })).model.ports;
      return length > 0 ? { ...ok("ports"), values: { ports: length } } : ABSENT;
    },
  ],
  [
    "power",
    async (kvm, signal, { hasPicture, powerKnownBy }) => {
      if (powerKnownBy === "nothing") return ABSENT;
      const { enabled, leds } = await kvm.power.getState({ signal });
      if (!enabled && powerKnownBy === "led") return ABSENT;
      // Most often a cable that is not connected: every "on" would press the button of a host that runs.
      if (!leds.power && hasPicture && powerKnownBy === "led") return { is: "doubtful", says: "darkButSeen" };
      return ok(leds.power ? "on" : "off");
    },
  ],
];

const ABSENT: Said = { is: "absent", says: "absent" };
const ok = (says: string): Said => ({ is: "ok", says });
/** What a host lacks: no fault where it may be off. */
const ofHost = (isLit: boolean, says: string): Said =>
  isLit ? { is: "doubtful", says: `${says}ButOn` } : { is: "absent", says };

/**
 * What a device says instead of an error when it does not have a part: it is switched off, or too new for its software.
 */
export function absenceIn(error: PiKVMError): Said | undefined {
  if (error.code === "NO_SWITCH" || error.code === "NOT_SUPPORTED") return ABSENT;
  if (!(error instanceof APIError)) return undefined;
  return error.statusCode === 404 || /Disabled/.test(error.error) ? ABSENT : undefined;
}

/** The platform of older devices stands beside their health. */
function software({ system, hw }: InfoState): Said {
  const platform = system?.platform ?? hw?.["platform"];
  const { model, base } =
    typeof platform === "object" && platform !== null ? (platform as Record<string, unknown>) : {};
  const names = [model, base].filter((name): name is string => typeof name === "string" && name !== "");
  const version = system?.kvmd.version ?? "";
  return { ...ok(names.length > 0 ? "platform" : "version"), values: { version, platform: names.join(", ") } };
}

/** In gigabytes. */
function roomOf({ parts, size, free }: MsdStorage): { free: number; size: number } | undefined {
  const internal = parts?.[""] ?? { size, free };
  if (internal.size === undefined || internal.free === undefined) return undefined;
  return { free: internal.free / 1e9, size: internal.size / 1e9 };
}

async function picture(kvm: PiKVM, signal: AbortSignal, isLit: boolean): Promise<Said> {
  try {
    const { image, width, height } = await kvm.screen.snapshot({
      preview: THUMBNAIL,
      videoTimeout: VIDEO_TIMEOUT,
      signal,
    });
    const size = width === undefined || height === undefined ? undefined : { width, height };
    const said = size ? { ...ok("size"), values: size } : ok("picture");
    return { ...said, image: image.toString("base64") };
  } catch (error) {
    if (error instanceof WaitTimeoutError && error.code === "NO_SIGNAL") return ofHost(isLit, "noPicture");
    throw error;
  }
}
