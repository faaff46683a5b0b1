import type { Auth } from "./auth";
import type { Timer } from "../clock";
import { float, isObject, type JsonObject } from "../api/python";
import type { Announcement, Context, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import * as valid from "../api/validators";
import { INFO_SINCE, SINCE } from "../since";
import { USTREAMER_VERSION } from "../version";

const FIELDS = ["auth", "extras", "fan", "health", "meta", "node", "system", "uptime"] as const;
/** `hw` is what old ones had for `health`, and for the `platform` of `system`. */
type Field = (typeof FIELDS)[number] | "hw";

/** GL.iNet's fork has them switched off. */
const NOT_IN_GLKVM: ReadonlySet<string> = new Set(["fan", "health"]);

const POLL_MS = 5000;
/** Bytes. */
const PAGE = 4096;
/** The device has run for a while when the simulator starts. */
const BOOTED_BEFORE_S = 3600;
const DAY_S = 86_400;

/** What the device says about itself. */
export class Info implements Subsystem {
  readonly #context: Context;
  readonly #auth: Auth;

  /** Each part as it is reported; change them to make another device. `auth` and `uptime` are computed. */
  readonly parts: Record<Exclude<Field, "auth" | "hw" | "uptime">, JsonObject> = {
    extras: {
      webterm: {
        name: "Terminal",
        description: "Open terminal in a web browser",
        icon: "extras/webterm/terminal.svg",
        path: "extras/webterm/ttyd",
        daemon: "kvmd-webterm",
        place: 10,
        enabled: true,
        started: true,
      },
      vnc: {
        name: "VNC",
        description: "Show VNC information",
        icon: "share/svg/vnc.svg",
        path: "vnc",
        daemon: "kvmd-vnc",
        port: 5900,
        place: 20,
        enabled: false,
        started: false,
      },
      ipmi: {
        name: "IPMI",
        description: "Show IPMI information",
        icon: "share/svg/ipmi.svg",
        path: "ipmi",
        daemon: "kvmd-ipmi",
        port: 623,
        place: 21,
        enabled: false,
        started: false,
      },
    },
    fan: { monitored: false, state: null },
    health: {
      temp: { cpu: float(36.511) },
      cpu: { percent: 1 },
      mem: { percent: float(10), total: 3788144640, available: 3410841600 },
      throttling: {
        raw_flags: 0,
        parsed_flags: {
          undervoltage: { now: false, past: false },
          freq_capped: { now: false, past: false },
          throttled: { now: false, past: false },
        },
        ignore_past: false,
      },
    },
    meta: { server: { host: "pikvm" } },
    node: { host: "pikvm" },
    system: {
      kvmd: { version: "" },
      streamer: {
        app: "ustreamer",
        version: USTREAMER_VERSION,
        features: {
          WITH_PYTHON: true,
          WITH_JANUS: true,
          WITH_V4P: true,
          WITH_GPIO: true,
          WITH_SYSTEMD: true,
          WITH_PTHREAD_NP: true,
          WITH_SETPROCTITLE: true,
          WITH_PDEATHSIG: true,
        },
      },
      kernel: { system: "Linux", release: "6.12.56-1-rpi", version: "#1 SMP PREEMPT", machine: "aarch64" },
      platform: {
        type: "rpi",
        base: "Raspberry Pi Compute Module 4 Rev 1.1",
        serial: "10000000DEADBEEF",
        model: "v3",
        video: "hdmi",
        board: "rpi4",
      },
    },
  };
  #poll: Timer | undefined;
  #polls = 0;

  constructor(context: Context, auth: Auth) {
    this.#context = context;
    this.#auth = auth;
    this.parts.system = { ...this.parts.system, kvmd: { version: context.age.version } };
    this.start();
  }

  readonly routes: readonly Route[] = [{ method: "GET", path: "/info", handle: (request) => this.#answer(request) }];

  get announcements(): readonly Announcement[] {
    return this.#fields.map((field) => ({
      slot: `info.${field}`,
      type: "info",
      event: () => ({ [field]: this.part(field) }),
    }));
  }

  start(): void {
    this.#poll?.cancel();
    this.#poll = this.#context.timers.after(POLL_MS, () => {
      this.#tell();
      this.start();
    });
  }

  /** Whoever comes is told everything, and the next news are due a whole period later. */
  sessionOpened(): void {
    this.start();
  }

  part(field: Field): JsonObject {
    if (field === "auth") return { enabled: this.#auth.enabled };
    if (field === "uptime") return this.#uptime();
    if (field === "hw") return this.#hardware();
    if (field === "health") return this.#health();
    if (field !== "system" || this.#isApart) return this.parts[field];
    return Object.fromEntries(Object.entries(this.parts.system).filter(([name]) => name !== "platform"));
  }

  get #fields(): readonly Field[] {
    const { age } = this.#context;
    const known = FIELDS.filter(
      (field) => age.since(INFO_SINCE[field] ?? "0.1") && !(age.isGlkvm && NOT_IN_GLKVM.has(field)),
    );
    return this.#isApart ? known : [...known, "hw"];
  }

  /** Whether health and platform are told apart. */
  get #isApart(): boolean {
    return this.#context.age.since(SINCE.healthApart);
  }

  #hardware(): JsonObject {
    return { health: this.#health(), platform: this.parts.system.platform ?? null };
  }

  #tell(): void {
    this.#polls += 1;
    this.#context.broadcast("info", { uptime: this.#uptime() });
    this.#context.broadcast("info", this.#isApart ? { health: this.#health() } : { hw: this.#hardware() });
  }

  /** No two of them are alike: the free memory never stands still. */
  #health(): JsonObject {
    const { mem } = this.parts.health;
    if (!isObject(mem) || typeof mem.available !== "number") return this.parts.health;
    return { ...this.parts.health, mem: { ...mem, available: mem.available + PAGE * (this.#polls % 2) } };
  }

  #uptime(): JsonObject {
    const total = BOOTED_BEFORE_S + Math.floor(this.#context.clock.now() / 1000);
    return {
      total,
      parts: {
        days: Math.floor(total / DAY_S),
        hours: Math.floor((total % DAY_S) / 3600),
        minutes: Math.floor((total % 3600) / 60),
        seconds: total % 60,
      },
    };
  }

  #answer(request: KvmdRequest): JsonObject {
    const { age } = this.#context;
    const legacy = !age.since(SINCE.infoLegacy) || valid.boolOr(request.param("legacy"), true);
    const fields = this.#fields;
    const hasHw = legacy && !age.isGlkvm;
    const known: readonly string[] = hasHw ? [...new Set<string>([...fields, "hw"])] : fields;
    const named = valid.list(
      request.param("fields") ?? "",
      "info fields list",
      (item) => valid.oneOf(item, "info field", known),
      512,
    );
    const wanted = new Set(named.length > 0 ? named : known);
    const answer = Object.fromEntries(
      fields.filter((field) => wanted.has(field)).map((field) => [field, this.part(field)]),
    );
    return wanted.has("hw") && this.#isApart ? this.#withHardware(answer) : answer;
  }

  /** The `hw` of older versions: it swallows `health`, and `platform` moves over from `system`. */
  #withHardware(answer: Readonly<Record<string, JsonObject>>): JsonObject {
    const { platform, ...rest } = this.parts.system;
    const { health, system, ...others } = answer;
    return {
      ...others,
      ...(system === undefined ? {} : { system: rest }),
      hw: { health: health ?? this.#health(), platform: platform ?? null },
    };
  }
}
