import type { Values } from "../../src/actions/action";
import { ConfigurationError, type PiKVMOptions, type PowerSettings, type Trust } from "../../src/client";
import type { FlowNode, NodeAPI } from "../../src/runtime/red";
import type { schema } from "./schema";

type DeviceSettings = Values<(typeof schema)["fields"]>;

/** What is kept of a device with Node-RED's credentials. */
export interface DeviceCredentials {
  password?: string;
  totpSecret?: string;
}

/**
 * The client's options for the settings of a device.
 * @throws ConfigurationError for settings that cannot work.
 */
export function optionsOf(
  RED: NodeAPI,
  settings: DeviceSettings,
  { password = "", totpSecret = "" }: DeviceCredentials = {},
): PiKVMOptions {
  const { address, user, auth, connectTimeout, timeout, videoIdle, readOnly } = settings;
  const login = { user, password, totpSecret, auth };
  const power = powerOf(settings);
  return { address, ...login, trust: trustOf(RED, settings), connectTimeout, timeout, videoIdle, readOnly, power };
}

/** Only what is used is read: the rest need not be right. */
function powerOf(settings: DeviceSettings): PowerSettings {
  const { powerKnownBy: knownBy, powerPressedBy: pressedBy } = settings;
  const isSlow = knownBy === "video" || knownBy === "usb";
  return {
    knownBy,
    pressedBy,
    ...(knownBy === "gpio" ? { input: settings.powerInput } : {}),
    ...(isSlow ? { offAfter: settings.powerOffAfter } : {}),
    ...(pressedBy === "gpio" ? { powerOutput: settings.powerOutput, resetOutput: settings.resetOutput } : {}),
  };
}

/** The parts of Node-RED's own `tls-config` node that are of use. */
interface TlsConfigNode extends FlowNode {
  addTLSOptions(options: object): TlsOptions;
}

interface TlsOptions {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  passphrase?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

function trustOf(RED: NodeAPI, settings: DeviceSettings): Trust {
  switch (settings.trust) {
    case "system":
    case "none":
      return settings.trust;
    case "fingerprint":
      return { fingerprint: settings.fingerprint };
    case "tls":
      return certificatesOf(RED.nodes.getNode(settings.tls) as TlsConfigNode | null | undefined);
  }
}

function certificatesOf(node: TlsConfigNode | null | undefined): Trust {
  if (node?.type !== "tls-config") {
    throw new ConfigurationError("The device's TLS settings are not chosen or not deployed.", {
      code: "NOT_CONFIGURED",
    });
  }
  const { rejectUnauthorized, ...options } = node.addTLSOptions({});
  return { ...options, verify: rejectUnauthorized !== false };
}
