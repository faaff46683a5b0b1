import type { InfoState } from "./states";
import type { CallOptions, Transport } from "./transport";

/** The device itself (`/api/info`). */
export class System {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Software versions, hardware, health, uptime. Takes the device some tens of milliseconds. `GET /api/info?legacy=0`; devices before
   * kvmd 4.128 answer in their older shape, with `hw` instead of `health`.
   * @param fields parts to ask for, e.g. `["system", "health"]`; default all.
   * @throws APIError `ValidatorError` for a part that the device does not know.
   */
  info(fields: readonly string[] = [], { signal }: CallOptions = {}): Promise<InfoState> {
    const query = { legacy: false, fields: fields.length > 0 ? fields.join(",") : undefined };
    return this.#transport.get("/api/info", { signal, query });
  }
}
