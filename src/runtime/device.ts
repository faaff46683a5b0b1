import { ConfigurationError, ConnectionTimeoutError, PiKVM, type PiKVMOptions, type Trust } from "../client";
import type { DeviceConfig, DeviceCredentials } from "../config";
import type { FlowNode, NodeAPI, NodeDef } from "./red";
import { settledSoon } from "./settled";

export const DEVICE_TYPE = "pikvm-device";

/** Seconds that can be set, from and to. */
const TIMES = [0.1, 3600] as const;
const IDLE_TIMES = [0, 86_400] as const;

/** A configured device: one client, made for the first user and closed with the last. */
export class Device {
  readonly id: string;
  /** What `msg.pikvm` carries: an unnamed device is called by its address. */
  readonly name: string;
  /** Any certificate is accepted; nodes that use the device say so. */
  readonly isInsecure: boolean;
  readonly #options: () => PiKVMOptions;
  readonly #users = new Set<object>();
  #kvm: Promise<PiKVM> | undefined;
  #unused: (() => void) | undefined;

  constructor(RED: NodeAPI, node: FlowNode<DeviceCredentials>, config: NodeDef & DeviceConfig) {
    this.id = node.id;
    this.name = config.name || config.address;
    this.isInsecure = config.trust === "none";
    this.#options = () => clientOptions(RED, config, node.credentials);
  }

  /**
   * The shared client, for somebody who will `leave`: a node, or what serves a dialog.
   * @throws ConfigurationError when the settings cannot work.
   */
  join(user: object): Promise<PiKVM> {
    this.#users.add(user);
    this.#kvm ??= this.#open();
    return this.#kvm;
  }

  /** The last one to leave closes the connections. */
  async leave(user: object): Promise<void> {
    this.#users.delete(user);
    if (this.#users.size > 0) return;
    this.#unused?.();
    await this.#end();
  }

  /** When the device itself goes: its users, which Node-RED closes at the same time, may end what they do, but not for long. */
  async close(): Promise<void> {
    const unused = new Promise<void>((resolve) => (this.#unused = resolve));
    if (this.#users.size > 0) await settledSoon(unused);
    await this.#end();
  }

  async #open(): Promise<PiKVM> {
    try {
      return await new PiKVM(this.#options()).open();
    } catch (error) {
      // What is missing may be there next time, e.g. a TLS node that is deployed later.
      this.#kvm = undefined;
      throw error;
    }
  }

  async #end(): Promise<void> {
    const opened = this.#kvm;
    // At once: who joins from now on gets another.
    this.#kvm = undefined;
    const kvm = await opened?.catch(() => undefined);
    await kvm?.close();
  }
}

/** What a `pikvm-device` node carries for the nodes that use it. */
export interface DeviceNode extends FlowNode<DeviceCredentials> {
  device: Device;
}

/** @throws ConfigurationError when there is no such configured device, or it is not deployed. */
export function deviceById(RED: NodeAPI, id: string): Device {
  // Node-RED types it as always there; it is null for an id that is not deployed, and may be any node.
  const node = RED.nodes.getNode(id) as DeviceNode | null | undefined;
  if (node?.type !== DEVICE_TYPE) {
    throw new ConfigurationError("No device is chosen, or the chosen one is not deployed.", { code: "NOT_CONFIGURED" });
  }
  return node.device;
}

/** @throws ConfigurationError when none, or more than one, configured device has this name or id. */
export function deviceByName(RED: NodeAPI, nameOrId: string): Device {
  const all: Device[] = [];
  RED.nodes.eachNode(({ id, type }) => {
    // Null for a device that is not deployed.
    const node = type === DEVICE_TYPE ? (RED.nodes.getNode(id) as DeviceNode | null) : null;
    if (node) all.push(node.device);
  });
  const matches = all.filter(({ id, name }) => id === nameOrId || name === nameOrId);
  const [match] = matches;
  if (match && matches.length === 1) return match;
  const known = all.map(({ id, name }) => name || id).join(", ") || "none";
  const problem = match ? "is the name of more than one device" : "is no configured device";
  throw new ConfigurationError(`msg.pikvm: "${nameOrId}" ${problem}. There are: ${known}.`, { code: "NOT_CONFIGURED" });
}

/**
 * Uses the shared client of a deployed device once, for somebody who waits no longer than these seconds.
 * @throws ConfigurationError for a device that is not there; ConnectionTimeoutError.
 */
export async function withDevice<T>(
  RED: NodeAPI,
  id: string,
  seconds: number,
  work: (kvm: PiKVM, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const device = deviceById(RED, id);
  const user = {};
  const end = new AbortController();
  const late = () => end.abort(new ConnectionTimeoutError(`The device did not answer within ${seconds} s.`));
  const timer = setTimeout(late, seconds * 1000);
  try {
    return await work(await device.join(user), end.signal);
  } finally {
    clearTimeout(timer);
    await device.leave(user);
  }
}

function clientOptions(RED: NodeAPI, config: DeviceConfig, credentials: DeviceCredentials | undefined): PiKVMOptions {
  return {
    address: config.address,
    user: config.user,
    password: credentials?.password ?? "",
    totpSecret: credentials?.totpSecret ?? "",
    auth: config.auth,
    trust: trustOf(RED, config),
    connectTimeout: secondsOf(config.connectTimeout, 10, "time to connect", TIMES),
    timeout: secondsOf(config.timeout, 30, "time for an answer", TIMES),
    videoIdle: secondsOf(config.videoIdle, 30, "time that the video runs on", IDLE_TIMES),
    readOnly: config.readOnly,
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

function trustOf(RED: NodeAPI, config: DeviceConfig): Trust {
  if (config.trust === "fingerprint") return { fingerprint: config.fingerprint };
  if (config.trust !== "tls") return config.trust;
  const node = RED.nodes.getNode(config.tls) as TlsConfigNode | null | undefined;
  if (node?.type !== "tls-config") {
    throw new ConfigurationError("The device's TLS settings are not chosen or not deployed.", {
      code: "NOT_CONFIGURED",
    });
  }
  const { rejectUnauthorized, ...options } = node.addTLSOptions({});
  return { ...options, verify: rejectUnauthorized !== false };
}

/** @param text absent in a flow from before this setting was there. */
function secondsOf(
  text: string | undefined,
  fallback: number,
  name: string,
  [min, max]: readonly [number, number],
): number {
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new ConfigurationError(
    `The device's ${name} must be a number of seconds from ${min} to ${max}, not "${text}".`,
  );
}
