import type { Setting } from "./dialog";

/** A wrong value, and the reason that the dialog gives for it. */
interface Mistake extends Setting {
  /** What is chosen first, so that the field matters. */
  given?: Setting[];
  reason: string;
}

/** What a person does in a dialog. */
export interface Visit {
  mistakes: Mistake[];
  /** Every one is saved, and there when the dialog is opened again. */
  settings: Setting[];
}

const choice = (field: string, value: string): Setting => ({ field, type: "choice", value });
const seconds = (field: string, value: string): Setting => ({ field, type: "num", value });
const text = (field: string, value: string): Setting => ({ field, type: "str", value });

const NO_DEVICE = { field: "device", value: "_ADD_", reason: "Device: choose or add a PiKVM" };
const DEVICE = { field: "device", value: "device" };
const FOR_SECONDS = "must be a number from";

export const VISITS: Record<string, Visit> = {
  "pikvm-device": {
    mistakes: [
      { field: "address", value: "", reason: "Address: must not be empty" },
      {
        field: "address",
        value: "ftp://pikvm",
        reason: "Address: must be a host name, an IP address or an http(s) URL",
      },
      { field: "address", value: "http://me:pw@pikvm", reason: "Address: user and password have their own fields" },
      {
        given: [{ field: "trust", value: "fingerprint" }],
        field: "fingerprint",
        value: "AB:CD",
        reason: "Fingerprint: must be a SHA-256 fingerprint: 32 pairs of hexadecimal digits, as AB:CD:…",
      },
      { field: "connectTimeout", value: "0", reason: `Connect within: ${FOR_SECONDS} 0.1 to 3600` },
      { field: "timeout", value: "long", reason: `Answer within: ${FOR_SECONDS} 0.1 to 3600` },
    ],
    settings: [
      { field: "name", value: "by hand" },
      { field: "address", value: "[fd00::1]:8443/kvm" },
      { field: "user", value: "someone" },
      { field: "auth", value: "session" },
      { field: "trust", value: "none" },
      { field: "connectTimeout", value: "2.5" },
      { field: "timeout", value: "7" },
      { field: "readOnly", value: true },
    ],
  },
  "pikvm-atx-power": {
    mistakes: [
      NO_DEVICE,
      {
        ...choice("wait", "led"),
        ...seconds("timeout", "soon"),
        reason: `Confirmed within: ${FOR_SECONDS} 0.1 to 3600`,
      },
      { field: "action", type: "msg", value: "", reason: "Action: must not be empty" },
      { field: "action", type: "jsonata", value: "payload.(", reason: "Action: Invalid JSONata expression" },
      {
        ...seconds("hardAfter", "-1"),
        given: [choice("action", "cycle")],
        reason: `Hold button after: ${FOR_SECONDS} 0 to 3600`,
      },
      {
        ...seconds("offTime", "3601"),
        given: [choice("action", "cycle")],
        reason: `Stay off for: ${FOR_SECONDS} 0 to 3600`,
      },
      { ...seconds("busyRetry", ""), reason: `If busy, retry for: ${FOR_SECONDS} 0 to 600` },
    ],
    settings: [
      DEVICE,
      { field: "name", value: "by hand" },
      { field: "deviceFromMsg", value: true },
      choice("action", "cycle"),
      seconds("timeout", "44"),
      seconds("hardAfter", "7"),
      seconds("offTime", "2.5"),
      { field: "busyRetry", type: "msg", value: "patience" },
    ],
  },
  "pikvm-hid-keys": {
    mistakes: [
      NO_DEVICE,
      { ...text("text", ""), reason: "Text: must not be empty" },
      { ...seconds("delay", "5.5"), reason: `Pause per key: ${FOR_SECONDS} 0 to 5` },
      {
        ...text("keys", "Ctrl+Delete"),
        given: [choice("action", "shortcut")],
        reason: 'Keys: "Ctrl" is not the name of a key',
      },
      { ...text("key", "enter"), given: [choice("action", "key")], reason: 'Key: "enter" is not the name of a key' },
      { ...seconds("hold", "601"), given: [choice("action", "key")], reason: `Hold for: ${FOR_SECONDS} 0 to 600` },
    ],
    settings: [
      DEVICE,
      { field: "name", value: "by hand" },
      choice("action", "text"),
      text("text", "root"),
      text("keymap", "de"),
      { field: "delay", type: "global", value: "pace" },
      { field: "progress", value: true },
    ],
  },
  "pikvm-msd-mount": {
    mistakes: [
      NO_DEVICE,
      { ...text("image", ""), reason: "Image: must not be empty" },
      { ...seconds("timeout", "0"), reason: `Done within: ${FOR_SECONDS} 0.1 to 3600` },
      { ...seconds("busyRetry", "x"), reason: `If busy, retry for: ${FOR_SECONDS} 0 to 600` },
    ],
    settings: [
      DEVICE,
      { field: "name", value: "by hand" },
      text("image", "tools/memtest.img"),
      choice("drive", "flash"),
      { field: "writable", type: "bool", value: "true" },
      seconds("timeout", "20"),
    ],
  },
  "pikvm-events": {
    mistakes: [NO_DEVICE],
    settings: [
      DEVICE,
      { field: "name", value: "by hand" },
      { field: "mode", value: "state" },
      { field: "connection", value: false },
    ],
  },
};
