import { APIError, ConfigurationError } from "../errors";
import type { EventLink } from "../events/link";
import type { CallOptions, Transport } from "../http/transport";
import { isRecord } from "../http/shape";
import { has, takes, type Feature, type SoftwareVersion } from "../versions";

/** Seconds: the first call of all has to connect, too. */
const EXTRA_TIME = 5;

/** Which software a device has: as its event connection says, else as it says when asked, once. */
export class Software {
  readonly #transport: Transport;
  readonly #link: EventLink;
  #asked: SoftwareVersion | undefined;

  constructor(transport: Transport, link: EventLink) {
    this.#transport = transport;
    this.#link = link;
  }

  /** @returns undefined when the device does not tell. */
  async version({ signal }: CallOptions): Promise<SoftwareVersion | undefined> {
    return this.#link.session?.version ?? (this.#asked ??= await this.#ask(signal));
  }

  /** @throws ConfigurationError `NOT_SUPPORTED` for what a device of this version would ignore. @param lack in words. */
  async demand(feature: Feature, lack: string, options: CallOptions): Promise<void> {
    if (has(await this.version(options), feature)) return;
    throw new ConfigurationError(`${lack}: ${takes(feature)}`, { code: "NOT_SUPPORTED" });
  }

  async #ask(signal: AbortSignal | undefined): Promise<SoftwareVersion | undefined> {
    try {
      const info = await this.#transport.get<Record<string, unknown>>("/api/info", {
        signal,
        query: { fields: "system" },
        extraTime: EXTRA_TIME,
      });
      const system = info["system"];
      const kvmd = isRecord(system) ? system["kvmd"] : undefined;
      return isRecord(kvmd) ? parsed(kvmd["version"]) : undefined;
    } catch (error) {
      // A device that does not say it is treated as the oldest.
      if (error instanceof APIError) return undefined;
      throw error;
    }
  }
}

function parsed(version: unknown): SoftwareVersion | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(String(version)) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
