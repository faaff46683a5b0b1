import { AUTH_METHODS, POWER_PRESSERS, POWER_SOURCES } from "../../src/client/vocabulary";
import { checks, choice, configNode, flag, list, seconds, text } from "../../src/schema/field";
import { deviceNode } from "../../src/schema/node";
import { DEEDS } from "../deeds";

export const schema = deviceNode({
  name: "device",
  fields: {
    /** `host`, `host:port`, `[v6]:port` or an http(s) URL, possibly with a sub-path. */
    address: text({ icon: "globe", default: "", optional: true, hint: true, placeholder: true }),
    auth: choice(AUTH_METHODS, { icon: "sign-in", default: "headers", expert: true }),
    user: text({ icon: "user", default: "admin", blank: true }),
    trust: choice(["system", "tls", "fingerprint", "none"], { icon: "shield", default: "fingerprint", expert: true }),
    /** A CA, a client certificate: Node-RED's own node for these. */
    tls: configNode({ icon: "certificate", type: "tls-config", when: { trust: ["tls"] } }),
    /** SHA-256 of the device's certificate as `AB:CD:...`. */
    fingerprint: text({ icon: "key", default: "", optional: true, hint: true, when: { trust: ["fingerprint"] } }),
    /** A proxy on the way: Node-RED's own node for these. */
    proxy: configNode({ icon: "random", type: "http proxy", blank: true, expert: true }),
    /** Names of headers for a login in front of the device; the value of each is the secret of its place. */
    headers: list({ icon: "id-badge", default: [], expert: true, hint: true }),
    connectTimeout: seconds({ icon: "clock-o", min: 0.1, max: 3600, default: 10, expert: true }),
    timeout: seconds({ icon: "clock-o", min: 0.1, max: 3600, default: 30, expert: true }),
    /** How long the video runs on when no node needs it any more. */
    videoIdle: seconds({ icon: "film", default: 30, expert: true }),
    /** How it is known whether the host is on. */
    powerKnownBy: choice(POWER_SOURCES, { icon: "lightbulb-o", default: "led" }),
    powerInput: text({
      icon: "plug",
      default: "",
      suggest: "channels",
      hint: true,
      when: { powerKnownBy: ["gpio"] },
    }),
    powerOffAfter: seconds({
      icon: "clock-o",
      min: 1,
      max: 300,
      default: 15,
      hint: true,
      when: { powerKnownBy: ["video", "usb"] },
    }),
    powerPressedBy: choice(POWER_PRESSERS, { icon: "power-off", default: "atx" }),
    powerOutput: text({
      icon: "power-off",
      default: "",
      suggest: "channels",
      hint: true,
      when: { powerPressedBy: ["gpio"] },
    }),
    resetOutput: text({
      icon: "repeat",
      default: "",
      blank: true,
      suggest: "channels",
      hint: true,
      when: { powerPressedBy: ["gpio"] },
    }),
    /** The folder in which nodes may read and write files; nothing is anywhere. */
    filesFrom: text({ icon: "folder-o", default: "", blank: true, expert: true, hint: true, placeholder: true }),
    /** What nodes may do with it, besides reading. */
    letThrough: choice(["all", "listed"], { icon: "filter", default: "all", expert: true, hint: true }),
    allowed: checks(DEEDS, { icon: "check-square-o", default: [], expert: true, when: { letThrough: ["listed"] } }),
    /** Nothing that changes the device is sent. */
    readOnly: flag({ icon: "lock", default: false }),
  },
  secrets: ["password", "totpSecret", "header1", "header2", "header3", "header4"],
  // Where nothing is stored, a known authority has to have signed the certificate, as ever.
  migrations: [(stored) => ({ ...stored, trust: stored["trust"] ?? "system" })],
});
