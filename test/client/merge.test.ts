import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeviceEvent, States } from "../../src/client";
import { mergeEvent } from "../../src/client/events/merge";
import { eventsIn, sessionFiles } from "../recordings/sessions";

function fold(events: [string, unknown][], states: States = {}): States {
  const result = { ...states };
  for (const [event_type, event] of events) {
    const change = mergeEvent(result, { event_type, event });
    if (change) result[change.kind] = change.state;
  }
  return result;
}

const GPIO = {
  model: { scheme: { inputs: { a: {} }, outputs: { x: {}, y: {} } } },
  state: {
    inputs: { a: { online: true, state: false } },
    outputs: { x: { state: false, busy: false }, y: { state: true, busy: false } },
  },
};
/** What the device shows of an output that it does not read meanwhile. */
const BUSY = { online: true, state: false, busy: true };
const reading = (x: object) => ({
  model: {},
  state: { inputs: { a: { online: true, state: false } }, outputs: { x } },
});
const HID = {
  enabled: true,
  online: true,
  keyboard: { online: true, leds: { caps: false, num: false } },
  mouse: { online: true, absolute: true },
};
const MSD = {
  enabled: true,
  online: true,
  busy: false,
  drive: { image: null, connected: false, cdrom: true, rw: false },
  storage: {
    images: { "a.iso": { size: 1 }, "b.iso": { size: 2 } },
    parts: { "": { free: 5 } },
    uploading: null,
    downloading: null,
  },
};
const STREAMER = {
  features: { quality: true },
  limits: { fps: 1 },
  params: { fps: 2 },
  applied: { fps: 2 },
  streamer: { source: { online: true } },
  snapshot: { saved: null },
};
const SWITCH = { model: { units: [] }, summary: { active_port: 0 }, beacons: { ports: [true] } };
const ATX = { enabled: true, busy: false, acts: { power: false, reset: false }, leds: { power: false, hdd: false } };

describe("merging events into full states", () => {
  const cases: [string, [string, unknown][], States][] = [
    [
      "loop and pong carry no state",
      [
        ["loop", { version: {} }],
        ["pong", {}],
      ],
      {},
    ],
    [
      "what is not an object carries no state",
      [
        ["atx", null],
        ["atx", 1],
        ["atx", [1]],
        ["info_extras_state", null],
      ],
      {},
    ],
    [
      "unknown kinds are kept, replaced whole",
      [
        ["novelty", { a: 1, b: 2 }],
        ["novelty", { a: 3 }],
      ],
      { novelty: { a: 3 } },
    ],
    [
      "names of Object.prototype are kinds like any other",
      [
        ["constructor", { a: 1 }],
        ["toString", { b: 1 }],
      ],
      { constructor: { a: 1 }, toString: { b: 1 } },
    ],
    [
      "clients, ocr, hid_keymaps replace",
      [
        ["clients", { count: 1 }],
        ["clients", { count: 2 }],
        ["ocr", { enabled: true }],
        ["hid_keymaps", { keymaps: {} }],
      ],
      { clients: { count: 2 }, ocr: { enabled: true }, hid_keymaps: { keymaps: {} } } as unknown as States,
    ],
    [
      "atx: full replaces",
      [
        ["atx", { ...ATX, old: 1 }],
        ["atx", ATX],
      ],
      { atx: ATX },
    ],
    [
      "atx: partial replaces the keys it has",
      [
        ["atx", ATX],
        ["atx", { busy: true, acts: { power: true, reset: false } }],
      ],
      { atx: { ...ATX, busy: true, acts: { power: true, reset: false } } },
    ],
    [
      "hid: partial merges inside keyboard and mouse",
      [
        ["hid", HID],
        ["hid", { online: false, keyboard: { leds: { caps: true } }, mouse: { absolute: false } }],
      ],
      {
        hid: {
          ...HID,
          online: false,
          keyboard: { online: true, leds: { caps: true } },
          mouse: { online: true, absolute: false },
        },
      } as unknown as States,
    ],
    [
      "gpio: full replaces",
      [
        ["gpio", { ...GPIO, state: {} }],
        ["gpio", GPIO],
      ],
      { gpio: GPIO },
    ],
    [
      "gpio: partial replaces whole channels and loses none",
      [
        ["gpio", GPIO],
        ["gpio", { state: { outputs: { x: { state: true } } } }],
      ],
      { gpio: { ...GPIO, state: { ...GPIO.state, outputs: { x: { state: true }, y: GPIO.state.outputs.y } } } },
    ],
    [
      "gpio: a busy output keeps what it read before, however long it is busy",
      [
        ["gpio", reading({ online: false, state: true, busy: false })],
        ["gpio", { state: { outputs: { x: BUSY } } }],
        ["gpio", { state: { inputs: { a: { online: true, state: true } }, outputs: { x: { ...BUSY, novelty: 1 } } } }],
      ],
      {
        gpio: {
          model: {},
          state: {
            inputs: { a: { online: true, state: true } },
            outputs: { x: { online: false, state: true, busy: true, novelty: 1 } },
          },
        },
      },
    ],
    [
      "gpio: what it reads afterwards counts",
      [
        ["gpio", reading({ online: true, state: true, busy: false })],
        ["gpio", { state: { outputs: { x: BUSY } } }],
        ["gpio", { state: { outputs: { x: { online: true, state: false, busy: false } } } }],
      ],
      { gpio: reading({ online: true, state: false, busy: false }) },
    ],
    ["gpio: one that is busy at first has no reading", [["gpio", reading(BUSY)]], { gpio: reading({ busy: true }) }],
    [
      "gpio: a full state keeps the readings of the busy ones too, also before 4.21",
      [
        ["gpio_state", reading({ online: true, state: true, busy: false }).state],
        ["gpio_state", reading(BUSY).state],
        ["gpio", reading(BUSY)],
      ],
      { gpio: reading({ online: true, state: true, busy: true }) },
    ],
    [
      "msd: drive and busy replace whole",
      [
        ["msd", MSD],
        ["msd", { busy: true, drive: null }],
      ],
      { msd: { ...MSD, busy: true, drive: null } } as unknown as States,
    ],
    [
      "msd: each part of the storage replaces whole",
      [
        ["msd", MSD],
        ["msd", { storage: { images: { "c.iso": { size: 3 } }, uploading: { name: "c.iso" } } }],
      ],
      {
        msd: { ...MSD, storage: { ...MSD.storage, images: { "c.iso": { size: 3 } }, uploading: { name: "c.iso" } } },
      } as unknown as States,
    ],
    [
      "msd: full replaces, also with null",
      [
        ["msd", MSD],
        ["msd", { enabled: true, online: false, busy: false, drive: null, storage: null }],
        ["msd", { storage: MSD.storage }],
      ],
      { msd: { enabled: true, online: false, busy: false, drive: null, storage: MSD.storage } } as unknown as States,
    ],
    [
      "streamer: each key replaces whole, also with null",
      [
        ["streamer", STREAMER],
        ["streamer", { streamer: null, params: { fps: 3 } }],
      ],
      { streamer: { ...STREAMER, streamer: null, params: { fps: 3 } } },
    ],
    [
      "switch: full replaces, partial by key",
      [
        ["switch", { ...SWITCH, old: 1 }],
        ["switch", SWITCH],
        ["switch", { beacons: { ports: [false] } }],
      ],
      { switch: { ...SWITCH, beacons: { ports: [false] } } },
    ],
    [
      "info: one part at a time, also null",
      [
        ["info", { auth: { enabled: true } }],
        ["info", { uptime: { total: 1 } }],
        ["info", { uptime: { total: 2 }, meta: null }],
      ],
      { info: { auth: { enabled: true }, uptime: { total: 2 }, meta: null } } as unknown as States,
    ],
    [
      "a part of a state that is not known is of no use",
      [
        ["msd", { busy: true }],
        ["gpio", { state: { inputs: {} } }],
        ["hid", { online: true }],
        ["streamer", { streamer: null }],
        ["switch", { beacons: {} }],
        ["atx", { busy: true }],
      ],
      {},
    ],
    [
      "before 4.36: names end in _state",
      [
        ["atx_state", ATX],
        ["msd_state", MSD],
        ["msd_state", { busy: true }],
      ],
      { atx: ATX, msd: { ...MSD, busy: true } } as unknown as States,
    ],
    [
      "before 4.21: info in events of their own",
      [
        ["info_meta_state", { server: {} }],
        ["info_hw_state", { health: {} }],
      ],
      { info: { meta: { server: {} }, hw: { health: {} } } },
    ],
    [
      "before 4.21: gpio's model in an event of its own, in either order",
      [
        ["gpio_model_state", GPIO.model],
        ["gpio_state", GPIO.state],
      ],
      { gpio: GPIO },
    ],
    [
      "before 4.21: gpio's state first",
      [
        ["gpio_state", GPIO.state],
        ["gpio_model_state", GPIO.model],
        ["gpio_state", GPIO.state],
      ],
      { gpio: GPIO },
    ],
    [
      "4.21 to 4.52: info.hw",
      [["info", { hw: { health: {}, platform: {} } }]],
      { info: { hw: { health: {}, platform: {} } } },
    ],
  ];
  for (const [title, events, expected] of cases) test(title, () => assert.deepEqual(fold(events), expected));

  test("what was handed in stays as it was", () => {
    const states = structuredClone({ msd: MSD, gpio: GPIO, hid: HID }) as unknown as States;
    const events: [string, unknown][] = [
      ["msd", { storage: { uploading: {} } }],
      ["gpio", { state: { outputs: { x: {} } } }],
      ["hid", { keyboard: { online: false } }],
    ];
    const copy = structuredClone(events);
    fold(events, states);
    assert.deepEqual(states, { msd: MSD, gpio: GPIO, hid: HID });
    assert.deepEqual(events, copy);
  });
});

/** The sessions of a recording: a new one begins with `loop`. */
function sessionsIn(file: string): DeviceEvent[][] {
  const sessions: DeviceEvent[][] = [];
  for (const event of eventsIn(file)) {
    if (event.event_type === "loop") sessions.push([]);
    sessions.at(-1)?.push(event);
  }
  return sessions;
}

/** Marks of an event that carries the whole state. */
const FULL: Record<string, string> = {
  atx: "enabled",
  hid: "enabled",
  msd: "online",
  gpio: "model",
  streamer: "features",
  switch: "model",
};

describe("recordings of real devices", () => {
  for (const file of sessionFiles()) {
    test(`${file}: full events replace, parts are so from then on, nothing is lost`, () => {
      const sessions = sessionsIn(file);
      assert.ok(sessions.length > 0);
      for (const events of sessions) {
        const states: States = {};
        for (const [index, event] of events.entries()) {
          const change = mergeEvent(states, event);
          if (!change) {
            assert.ok(["loop", "pong"].includes(event.event_type), `${event.event_type} is lost`);
            continue;
          }
          states[change.kind] = change.state;
          const mark = FULL[event.event_type];
          // A partial event says of each of its own keys what the state is now.
          if (mark !== undefined && !(mark in Object(event.event)))
            assertSays(change.state, event.event, DEPTH[event.event_type] ?? 0, `${file}:${index}`);
          else if (mark !== undefined) assert.deepEqual(change.state, event.event);
        }
        for (const [kind, mark] of Object.entries(FULL)) {
          const full = events.filter(({ event_type, event }) => event_type === kind && mark in Object(event)).at(0);
          // No key of the first full state is ever lost.
          if (full)
            assert.deepEqual(
              Object.keys(Object(states[kind]) as object).sort(),
              Object.keys(full.event as object).sort(),
            );
        }
      }
    });
  }
});

/** How deep a part of a state is merged; below that its values replace. */
const DEPTH: Record<string, number> = { atx: 1, hid: 2, msd: 2, gpio: 3, streamer: 1, switch: 1 };

/** Everything that the part says is so in the whole. */
function assertSays(whole: unknown, part: unknown, depth: number, where: string): void {
  // What a busy output shows is no reading.
  if (isBusyOutput(part)) {
    assert.equal((whole as { busy: unknown }).busy, true, where);
    return;
  }
  if (depth === 0 || typeof part !== "object" || part === null) {
    assert.deepEqual(whole, part, where);
    return;
  }
  for (const [key, value] of Object.entries(part))
    assertSays((whole as Record<string, unknown>)[key], value, depth - 1, `${where} ${key}`);
}

function isBusyOutput(part: unknown): boolean {
  return typeof part === "object" && part !== null && "state" in part && "busy" in part && part.busy === true;
}
