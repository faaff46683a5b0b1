import { Files } from "../actions/files";
import { Permit } from "../actions/permit";
import type { Unfinished } from "../actions/unfinished";
import { ConfigurationError, ConnectionTimeoutError, PiKVM, type PiKVMOptions } from "../client";
import { Shared, type Lease } from "../client/shared";
import { Reach } from "./reach";
import { commonWord, type FlowNode, type NodeAPI } from "./red";
import { settledSoon } from "./settled";
import { checkChosen } from "./variables";

const DEVICE_TYPE = "pikvm-device";

/** What a configured device is. */
interface DeviceSettings {
  id: string;
  /** What `msg.pikvm` carries. */
  name: string;
  /** Id of the flow, or of the instance of a subflow, that it belongs to; absent when it is there for all. */
  flow?: string | undefined;
  /** Inside a subflow: the id that it has in the editor, where it is what the instances' devices are made of. */
  alias?: string | undefined;
  /** Any certificate is accepted; nodes that use the device say so. */
  isInsecure: boolean;
  /** @throws ConfigurationError when the settings cannot work. */
  options: () => PiKVMOptions;
  /** Default: any. @throws the same. */
  files?: () => Files;
  /** Where is noted what is not finished yet; default: nowhere. */
  unfinished?: Unfinished | undefined;
  /** The names of the deeds that it lets through; default: all. @throws the same. */
  allowed?: () => ReadonlySet<string> | undefined;
}

/** A client that is being opened, or is open. */
class Opening {
  readonly kvm: Promise<PiKVM>;
  /** What is missing may be there next time, e.g. a TLS node that is deployed later. */
  hasFailed = false;

  constructor(options: () => PiKVMOptions) {
    this.kvm = Promise.resolve().then(() => new PiKVM(options()).open());
    this.kvm.catch(() => (this.hasFailed = true));
  }

  async close(): Promise<void> {
    const kvm = await this.kvm.catch(() => undefined);
    await kvm?.close();
  }
}

const running = new Set<Device>();

/**
 * All devices that run now. Node-RED itself lists what is in the flow file: there a device inside a subflow stands
 * once and never runs, while each instance of the subflow runs one of its own, with an id of its own.
 */
export const runningDevices: ReadonlySet<Device> = running;

/** The same by what a message may call them: each message that leaves asks for one. */
const called = new Map<string, Device[]>();

/** Those that run now with this id, also that of the editor, or this name. */
export const devicesCalled = (name: string): readonly Device[] => called.get(name) ?? [];

/** A configured device: one client, made for the first user and closed with the last. */
export class Device {
  readonly id: string;
  readonly name: string;
  readonly flow: string | undefined;
  readonly alias: string | undefined;
  readonly isInsecure: boolean;
  readonly unfinished: Unfinished | undefined;
  readonly reach = new Reach();
  /** How it is reached, its secrets included. @throws ConfigurationError when the settings cannot work. */
  readonly options: () => PiKVMOptions;
  readonly #shared: Shared<Opening>;
  readonly #leases = new Map<object, Lease<Opening>>();
  /** The user that removes what was left half done. */
  readonly #tidier = {};
  readonly #files: () => Files;
  #madeFiles: Files | undefined;
  readonly #allowed: () => ReadonlySet<string> | undefined;
  #unused: (() => void) | undefined;
  /** Of settings that can work. */
  #checked: Promise<void> | undefined;

  constructor(settings: DeviceSettings) {
    const { id, name, flow, alias, isInsecure, options, files = () => new Files() } = settings;
    this.id = id;
    this.name = name;
    this.flow = flow;
    this.alias = alias;
    this.isInsecure = isInsecure;
    this.options = options;
    this.unfinished = settings.unfinished;
    this.#files = files;
    this.#allowed = settings.allowed ?? (() => undefined);
    this.#shared = new Shared({
      open: () => new Opening(options),
      closed: (opening) => opening.close(),
      isSpent: (opening) => opening.hasFailed,
    });
  }

  /** From now on messages may name it, until it is closed. */
  announce(): void {
    running.add(this);
    for (const name of this.#names()) called.set(name, [...devicesCalled(name), this]);
  }

  /** Which files nodes may read and write for it. @throws ConfigurationError when the setting cannot work. */
  get files(): Files {
    return (this.#madeFiles ??= this.#files());
  }

  /** What may be done on it. @throws ConfigurationError when the setting cannot work. */
  permit(isConfirmed = true): Permit {
    return new Permit({ allowed: this.#allowed(), isConfirmed });
  }

  /**
   * The shared client, for somebody who will `leave`: a node, or what serves a dialog.
   * @throws ConfigurationError when the settings cannot work.
   */
  join(user: object): Promise<PiKVM> {
    const held = this.#leases.get(user);
    if (held && !held.thing.hasFailed) return held.thing.kvm;
    void held?.release();
    const lease = this.#shared.acquire();
    this.#leases.set(user, lease);
    return lease.thing.kvm;
  }

  /** Without connecting; once, however many nodes ask. @throws ConfigurationError when the settings cannot work. */
  check(): Promise<void> {
    this.#checked ??= this.#check().catch((error: unknown) => {
      this.#checked = undefined;
      throw error;
    });
    return this.#checked;
  }

  /**
   * Removes what was half done when Node-RED, or the flow, ended the last time. Connects only where there is something.
   * Never rejects.
   */
  async tidy(): Promise<void> {
    await this.unfinished?.tidy(() => this.join(this.#tidier)).catch(() => undefined);
    await this.leave(this.#tidier);
  }

  /**
   * Tries a refused login again now, if a node uses the device.
   * @throws as `PiKVM.retryLogin`.
   */
  async retryLogin(): Promise<void> {
    const kvm = await this.#shared.current?.kvm;
    await kvm?.retryLogin();
  }

  /** The last one to leave closes the connections. */
  async leave(user: object): Promise<void> {
    const lease = this.#leases.get(user);
    this.#leases.delete(user);
    if (this.#leases.size === 0) this.#unused?.();
    await lease?.release();
  }

  async #check(): Promise<void> {
    const { current } = this.#shared;
    const opening = current && !current.hasFailed ? current : new Opening(this.options);
    await opening.kvm;
    if (opening !== current) await opening.close();
  }

  /**
   * When the device itself goes: its users, which Node-RED closes at the same time, may end what they do, but not for
   * long.
   */
  async close(): Promise<void> {
    if (running.delete(this)) for (const name of this.#names()) this.#forget(name);
    // That can be done after the next start as well.
    void this.leave(this.#tidier);
    const unused = new Promise<void>((resolve) => (this.#unused = resolve));
    if (this.#leases.size > 0) await settledSoon(unused);
    await this.#shared.close();
  }

  #names(): Set<string> {
    return new Set([this.id, this.name, this.alias ?? this.id]);
  }

  #forget(name: string): void {
    const others = devicesCalled(name).filter((device) => device !== this);
    if (others.length > 0) called.set(name, others);
    else called.delete(name);
  }
}

/** What a `pikvm-device` node carries for the nodes that use it. */
export interface DeviceNode<Credentials extends object = object> extends FlowNode<Credentials> {
  device: Device;
}

/** @throws ConfigurationError when there is no such configured device, or it is not deployed. */
export function deviceById(RED: NodeAPI, id: string): Device {
  checkChosen(() => commonWord(RED, "label.device"), id);
  // Node-RED types it as always there; it is null for an id that is not deployed, and may be any node.
  const node = RED.nodes.getNode(id) as DeviceNode | null | undefined;
  if (node?.type !== DEVICE_TYPE) {
    throw new ConfigurationError("No device is chosen, or the chosen one is not deployed.", { code: "NOT_CONFIGURED" });
  }
  return node.device;
}

/**
 * The device of one in the editor: inside a subflow that is what the devices of its instances are made of.
 * @throws ConfigurationError when there is none that runs, or more than one.
 */
function deviceInEditor(RED: NodeAPI, id: string): Device {
  const device = findInEditor(id);
  if (device) return device;
  if (instancesOf(id).length === 0) return deviceById(RED, id);
  throw new ConfigurationError("This subflow has more than one instance, each with its own device.", {
    code: "AMBIGUOUS_DEVICE",
  });
}

/** The same, if there is exactly one. */
export function findInEditor(id: string): Device | undefined {
  const [instance, ...others] = instancesOf(id);
  if (instance) return others.length === 0 ? instance : undefined;
  return [...running].find((device) => device.id === id);
}

const instancesOf = (id: string): Device[] => [...running].filter(({ alias }) => alias === id);

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
  const end = new AbortController();
  const late = () => end.abort(new ConnectionTimeoutError(`The device did not answer within ${seconds} s.`));
  const timer = setTimeout(late, seconds * 1000);
  try {
    return await whileUsing(RED, id, (kvm) => work(kvm, end.signal));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The same for somebody who waits as long as it takes.
 * @throws ConfigurationError for a device that is not there.
 */
export async function whileUsing<T>(
  RED: NodeAPI,
  id: string,
  work: (kvm: PiKVM, device: Device) => Promise<T>,
): Promise<T> {
  const device = deviceInEditor(RED, id);
  const user = {};
  try {
    return await work(await device.join(user), device);
  } finally {
    await device.leave(user);
  }
}
