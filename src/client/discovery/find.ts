import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { pause } from "../deadline";
import { inRange } from "../ranges";
import { plain, question, recordsIn, type DnsRecord, type RecordType } from "./dns";

/** A device that answers on the network. */
export interface FoundDevice {
  /** What it calls itself, e.g. `pikvm-10000000ABCDEF01.local`. */
  name: string;
  /** Its name on the network, e.g. `pikvm.local`, which not every computer can look up. */
  host: string;
  /** IPv4. */
  address: string;
  port: number;
  /** Model, way of the video and board, e.g. `v4plus-hdmi-rpi4`; empty when it does not say. */
  platform: string;
}

export interface FindOptions {
  /** Seconds to wait for answers, 0.1 to 60. Default 2. */
  timeout?: number;
  /** Ends the search. */
  signal?: AbortSignal | undefined;
  /** Where questions go, for tests. Default all computers of the network that listen, 224.0.0.251:5353. */
  group?: { address: string; port: number };
}

/** As kvmd's first start writes it for Avahi. */
const SERVICE = "_pikvm._tcp.local";
const MDNS = { address: "224.0.0.251", port: 5353 };
/** Devices at most: whoever sends more is no network of one's own. */
const MAX_FOUND = 200;

/**
 * The devices of the networks that this computer is in, as they answer by mDNS (`_pikvm._tcp`), by name. Questions go
 * out by IPv4 on every network, and again after a third of the time, since they may get lost.
 * @throws ConfigurationError for a time that is out of range; CancelledError.
 */
export async function findDevices({ timeout = 2, signal, group = MDNS }: FindOptions = {}): Promise<FoundDevice[]> {
  const seconds = inRange("The time", timeout, { min: 0.1, max: 60, unit: " s" });
  const search = new Search(group);
  try {
    await search.open();
    search.ask();
    await pause(seconds / 3, signal);
    search.ask();
    await pause((seconds * 2) / 3, signal);
    return search.found();
  } finally {
    search.close();
  }
}

class Search {
  readonly #group: { address: string; port: number };
  readonly #sockets: Socket[] = [];
  readonly #asked = new Set<string>();
  readonly #known = { PTR: new Set<string>(), SRV: new Map<string, { target: string; port: number }>() };
  readonly #texts = new Map<string, Record<string, string>>();
  readonly #addresses = new Map<string, string>();

  constructor(group: { address: string; port: number }) {
    this.#group = group;
  }

  /** One socket for each network: the system sends by one of them only. */
  async open(): Promise<void> {
    const ours = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
    const networks = ours.filter(({ family, internal }) => family === "IPv4" && !internal);
    const addresses = this.#group === MDNS ? networks.map(({ address }) => address) : [this.#group.address];
    await Promise.all(addresses.map((address) => this.#openOn(address)));
  }

  #openOn(address: string): Promise<void> {
    const socket = createSocket("udp4");
    return new Promise((resolve) => {
      // A network that cannot be searched is left out.
      socket.on("error", () => {
        resolve();
      });
      socket.on("message", (message) => {
        this.#take(recordsIn(message));
      });
      // A port of its own, so that what runs at mDNS's own on this computer stays undisturbed: who answers answers here.
      socket.bind(0, address, () => {
        if (this.#group === MDNS) socket.setMulticastInterface(address);
        this.#sockets.push(socket);
        resolve();
      });
    });
  }

  ask(): void {
    this.#asked.clear();
    this.#send(SERVICE, "PTR");
    this.#askForMissing();
  }

  #send(name: string, type: RecordType): void {
    const key = `${type} ${name}`;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const { port, address } = this.#group;
    for (const socket of this.#sockets) socket.send(question(name, type), port, address, () => undefined);
  }

  #take(records: readonly DnsRecord[]): void {
    // What belongs to it may stand before it.
    for (const type of ["PTR", "SRV", "TXT", "A"])
      for (const record of records.filter((record) => record.type === type)) this.#keep(record);
    this.#askForMissing();
  }

  #keep(record: DnsRecord): void {
    const { name } = record;
    const { PTR, SRV } = this.#known;
    if (record.type === "PTR" && name === SERVICE && PTR.size < MAX_FOUND) PTR.add(record.target);
    // Of others nothing is kept, so that nobody can make this grow.
    if (record.type === "SRV" && PTR.has(name)) SRV.set(name, record);
    if (record.type === "TXT" && PTR.has(name)) this.#texts.set(name, record.values);
    const isWanted = [...SRV.values()].some(({ target }) => target === name);
    if (record.type === "A" && isWanted) this.#addresses.set(name, record.address);
  }

  /** Most answers come with all that belongs to them. */
  #askForMissing(): void {
    for (const name of this.#known.PTR) {
      const service = this.#known.SRV.get(name);
      if (!service) this.#send(name, "SRV");
      else if (!this.#addresses.has(service.target)) this.#send(service.target, "A");
    }
  }

  found(): FoundDevice[] {
    const devices: FoundDevice[] = [];
    for (const name of this.#known.PTR) {
      const service = this.#known.SRV.get(name);
      const address = service && this.#addresses.get(service.target);
      if (!service || address === undefined) continue;
      const { target: host, port } = service;
      const platform = this.#texts.get(name)?.["platform"] ?? "";
      devices.push({ name: plain(name.slice(0, -SERVICE.length - 1)), host: plain(host), address, port, platform });
    }
    return devices.sort((one, other) => one.name.localeCompare(other.name));
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}
