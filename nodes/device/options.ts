import type { Values } from "../../src/actions/action";
import { ConfigurationError, parseAddress, type PiKVMOptions, type PowerSettings, type Trust } from "../../src/client";
import { isPlain } from "../../src/client/vocabulary";
import type { FlowNode, NodeAPI } from "../../src/runtime/red";
import type { schema } from "./schema";

type DeviceSettings = Values<(typeof schema)["fields"]>;

/** What is kept of a device with Node-RED's credentials. */
export interface DeviceCredentials {
  password?: string;
  totpSecret?: string;
  /** Values of the extra headers, by their place in the list. */
  [header: `header${number}`]: string | undefined;
}

/**
 * The client's options for the settings of a device.
 * @throws ConfigurationError for settings that cannot work.
 */
export function optionsOf(
  RED: NodeAPI,
  settings: DeviceSettings,
  { password = "", totpSecret = "", ...others }: DeviceCredentials = {},
): PiKVMOptions {
  const { address, user, auth, connectTimeout, timeout, videoIdle, readOnly } = settings;
  const login = { user, password, totpSecret, auth, headers: headersOf(settings.headers, others) };
  const way = { trust: trustOf(RED, settings), proxy: proxyOf(RED, settings) };
  return { address, ...login, ...way, connectTimeout, timeout, videoIdle, readOnly, power: powerOf(settings) };
}

/** @throws ConfigurationError for a header without a value, which a login would refuse without saying why. */
function headersOf(names: readonly string[], values: DeviceCredentials): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    if (name === "") continue;
    const value = values[`header${index + 1}`] ?? "";
    if (value === "") throw new ConfigurationError(`The extra header ${name} has no value.`, { missing: "header" });
    headers[name] = value;
  }
  return headers;
}

/** @throws ConfigurationError while no certificate of the address has been compared and trusted yet. */
export function demandTrust({ address, trust }: PiKVMOptions): void {
  if (address === "" || typeof trust !== "object" || !("fingerprint" in trust) || trust.fingerprint !== "") return;
  const advice = "press Connect in the device's dialog, compare it and trust it";
  throw new ConfigurationError(`No certificate is trusted yet: ${advice}.`, { missing: "certificate" });
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

/** The parts of Node-RED's own `http proxy` node that are of use. */
interface ProxyNode extends FlowNode<{ username?: string; password?: string }> {
  url: string;
  /** Hosts that are reached without it. */
  noproxy?: readonly string[];
}

function proxyOf(RED: NodeAPI, { proxy, address }: DeviceSettings): string | undefined {
  if (proxy === "") return undefined;
  const node = RED.nodes.getNode(proxy) as ProxyNode | null | undefined;
  if (node?.type !== "http proxy") {
    throw new ConfigurationError("The device's proxy is not deployed.", { missing: "proxy" });
  }
  const { hostname, port } = parseAddress(address);
  if ((node.noproxy ?? []).some((entry) => isFor(entry, hostname, port))) return undefined;
  const { username = "", password = "" } = (node.credentials as ProxyNode["credentials"] | undefined) ?? {};
  if (username === "" && password === "") return node.url;
  if (!URL.canParse(node.url)) return node.url;
  const url = new URL(node.url);
  url.username = encodeURIComponent(username);
  url.password = encodeURIComponent(password);
  return url.href;
}

/** Whether an entry of `noproxy` means a host, read as Node-RED's *http request* does: `*`, `.lan`, `*.lan`, `host:80`. */
function isFor(entry: string, hostname: string, port: number): boolean {
  const [, given = "", only] = /^\s*(.*?)(?::(\d+))?\s*$/.exec(entry.toLowerCase()) ?? [];
  const host = given.replace(/^\[|\]$/g, "");
  if (host === "" || (only !== undefined && Number(only) !== port)) return false;
  if (!/^[.*]/.test(host)) return hostname.toLowerCase() === host;
  return hostname.toLowerCase().endsWith(host.replace(/^\*/, ""));
}

function trustOf(RED: NodeAPI, settings: DeviceSettings): Trust {
  switch (settings.trust) {
    case "system":
    case "none":
      return settings.trust;
    case "fingerprint":
      // A new device has it so; without TLS there is no certificate to trust.
      if (settings.fingerprint === "" && isPlain(settings.address)) return "system";
      return { fingerprint: settings.fingerprint };
    case "tls":
      return certificatesOf(RED.nodes.getNode(settings.tls) as TlsConfigNode | null | undefined);
  }
}

function certificatesOf(node: TlsConfigNode | null | undefined): Trust {
  if (node?.type !== "tls-config") {
    throw new ConfigurationError("The device's TLS settings are not chosen or not deployed.", { missing: "tls" });
  }
  const { rejectUnauthorized, ...options } = node.addTLSOptions({});
  return { ...options, verify: rejectUnauthorized !== false };
}
