import { metricsOf } from "../http/contents";
import type { CallOptions, Transport } from "../http/transport";

export interface Metrics {
  /** As Prometheus reads them. */
  text: string;
  /** By name. The device has gauges without labels only; yes and no are 1 and 0. */
  values: Record<string, number>;
}

/** The metrics that the device has for Prometheus (`/api/export/prometheus`). */
export class Prometheus {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Power LED, GPIO, health, fan; at most 5 s old. `pikvm_gpio_*_online_*` carries the level, not whether the channel
   * is online: an error of the device. `GET /api/export/prometheus/metrics`.
   * @throws ResponseError for what are no metrics.
   */
  async getMetrics({ signal }: CallOptions = {}): Promise<Metrics> {
    const text = metricsOf(await this.#transport.read("/api/export/prometheus/metrics", { signal }));
    return { text, values: valuesOf(text) };
  }
}

function valuesOf(text: string): Record<string, number> {
  const samples = text.split("\n").map((line) => SAMPLE.exec(line));
  return Object.fromEntries(samples.flatMap((found) => (found ? [[found[1] ?? "", numberOf(found[2])]] : [])));
}

/** Begins a line. Over all lines at once it would look to the end of the text from each one. */
const SAMPLE = /^\s*([a-z_:][\w:]*(?:\{[^}]*\})?)[ \t]+(\S+)/i;

/** Prometheus spells infinity `+Inf`. */
function numberOf(value = ""): number {
  return Number(value.replace(/inf$/i, "Infinity"));
}
