import type { Atx } from "./atx";
import type { Clock } from "../clock";
import type { Gpio } from "../gpio/gpio";
import type { Info } from "./info";
import { Float, isObject, type Json, type JsonObject } from "../api/python";
import { TEXT_TYPE } from "../api/reply";
import type { Route, Subsystem } from "../api/subsystem";

type Gauge = readonly [name: string, value: string];

/** For so long kvmd repeats its last answer. */
const CACHE_MS = 5000;

/** The device's state as gauges. */
export class Prometheus implements Subsystem {
  readonly #clock: Clock;
  readonly #atx: Atx;
  readonly #gpio: Gpio;
  readonly #info: Info;

  /** As `kvmd.prometheus.auth.enabled`: false shows the metrics to everybody. */
  authRequired = true;

  #cached: { readonly page: string; readonly until: number } | undefined;

  constructor(clock: Clock, atx: Atx, gpio: Gpio, info: Info) {
    this.#clock = clock;
    this.#atx = atx;
    this.#gpio = gpio;
    this.#info = info;
  }

  get routes(): readonly Route[] {
    return [
      {
        method: "GET",
        path: "/export/prometheus/metrics",
        open: !this.authRequired,
        handle: () => ({ status: 200, contentType: TEXT_TYPE, body: Buffer.from(this.#cachedPage()) }),
      },
    ];
  }

  stop(): void {
    this.#cached = undefined;
  }

  #cachedPage(): string {
    const now = this.#clock.now();
    if (this.#cached === undefined || this.#cached.until <= now)
      this.#cached = { page: this.#page(), until: now + CACHE_MS };
    return this.#cached.page;
  }

  #page(): string {
    return [...this.#gauges()].map(([name, value]) => `# TYPE ${name} gauge\n${name} ${value}\n`).join("\n");
  }

  *#gauges(): Generator<Gauge> {
    const { enabled, leds } = this.#atx.state();
    yield* gauges("pikvm_atx", { enabled: enabled ?? false, power: isObject(leds) ? (leds.power ?? false) : false });
    yield* this.#channels();
    yield* gauges("pikvm_hw", sorted(this.#info.part("health")));
    yield* gauges("pikvm_fan", this.#info.part("fan"));
  }

  /** The gauge called `online` carries the value of `state`: a bug of kvmd that stays. */
  *#channels(): Generator<Gauge> {
    for (const mode of ["input", "output"] as const) {
      for (const [name, { state }] of Object.entries(this.#gpio.state().state[`${mode}s`])) {
        if (name.startsWith("__")) continue;
        for (const key of ["online", "state"])
          yield* gauges(`pikvm_gpio_${mode}_${key}_${name.replace(/\W/g, "_")}`, state);
      }
    }
  }
}

function* gauges(name: string, value: Json): Generator<Gauge> {
  if (typeof value === "boolean") yield [name, value ? "1" : "0"];
  else if (typeof value === "number" || value instanceof Float) yield [name, String(value)];
  else if (isObject(value))
    for (const [key, inner] of Object.entries(value))
      yield* gauges(key === "parsed_flags" ? name : `${name}_${key}`, inner);
}

function sorted(value: JsonObject): JsonObject {
  const entries = Object.entries(value).map(([key, inner]): [string, Json] => [
    key,
    isObject(inner) ? sorted(inner) : inner,
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
