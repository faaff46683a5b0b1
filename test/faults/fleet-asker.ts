import type { MqttClient } from "mqtt";
import type { Simulator } from "../../src/simulator";
import type { Mosquitto } from "../harness/mosquitto";

interface Asked {
  device: string;
  /** What came back, each time. */
  answers: string[];
  done: number;
  /** Called when the first answer has come. */
  onAnswer?: () => void;
}

export type Devices = ReadonlyMap<string, Simulator>;

const ANSWERS = "asker/answers";
const PATH = "/api/hid/events/send_key";
/** Milliseconds for which the device keeps a command waiting after it has done it. The next one waits for that. */
export const SLOW = { kind: "delay", ms: 40, path: PATH, after: true } as const;
/** So many commands at a time are sent to a device, and the next after an answer, or so many milliseconds. */
const AT_ONCE = 3;
const PATIENCE = 500;

/** Sends commands to all devices all the time, and counts what was answered, and what was done. */
export class Asker {
  readonly #client: MqttClient;
  readonly #devices: Devices;
  readonly #asked = new Map<number, Asked>();
  readonly #counted = new WeakSet<object>();
  #count = 0;

  private constructor(client: MqttClient, devices: Devices) {
    this.#client = client;
    this.#devices = devices;
    client.on("message", (_topic, payload, { properties }) => {
      const answer = JSON.parse(payload.toString("utf8")) as { error?: { name: string; outcome?: string } };
      const { error } = answer;
      const said = error ? (error.outcome ?? error.name) : "result";
      const asked = this.#asked.get(Number(properties?.correlationData?.toString("utf8")));
      asked?.answers.push(said);
      asked?.onAnswer?.();
    });
  }

  static async of(broker: Mosquitto, devices: Devices): Promise<Asker> {
    const client = await broker.connect();
    const asker = new Asker(client, devices);
    await client.subscribeAsync(ANSWERS, { qos: 1 });
    return asker;
  }

  /** @returns what is answered, or undefined when nothing comes in time. */
  async ask(device: string): Promise<string | undefined> {
    const asked = this.#send(device);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE);
      asked.onAnswer = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return asked.answers[0];
  }

  /** Of the latest commands to a device: what was answered, and how often each was done. */
  latest(device: string): string {
    this.count();
    const all = [...this.#asked.values()].filter((asked) => asked.device === device);
    return all
      .slice(-10)
      .map(({ answers, done }) => `[${answers.join()}] done ${done}`)
      .join(", ");
  }

  /** @returns what lets it pause, and waits for the last answers. */
  begin(): () => Promise<void> {
    let isOver = false;
    const askOn = async (device: string): Promise<void> => {
      while (!isOver) await this.ask(device);
    };
    const loops = [...this.#devices.keys()].flatMap((name) => Array.from({ length: AT_ONCE }, () => askOn(name)));
    return async () => {
      isOver = true;
      await Promise.all(loops);
    };
  }

  /** To be called often: a device remembers its latest requests. */
  count(): void {
    for (const [name, { requests }] of this.#devices)
      for (const request of requests) {
        const asked = this.#asked.get(Number(request.query["n"]));
        if (asked?.device !== name || this.#counted.has(request)) continue;
        this.#counted.add(request);
        asked.done += 1;
      }
  }

  /** Whoever was asked, and has begun, has answered by now, or somebody in its place. @returns figures and mistakes. */
  result(): { figures: Record<string, number>; wrong: string[] } {
    const all = [...this.#asked];
    const of = (is: (asked: Asked) => boolean): number => all.filter(([, asked]) => is(asked)).length;
    const answered = (said: string) => (asked: Asked) => asked.answers.includes(said);
    const figures = {
      commands: all.length,
      "answered with a result": of(answered("result")),
      "answered unknown": of(answered("unknown")),
      "of these done": of((asked) => answered("unknown")(asked) && asked.done > 0),
      "handed to nobody, or to one that was gone": of(({ answers }) => answers.length === 0),
      "done twice": of(({ done }) => done > 1),
    };
    const wrong = all.flatMap(([n, asked]) => {
      const mistake = mistakeIn(asked);
      return mistake === undefined
        ? []
        : [`command ${n}: ${mistake}: ${JSON.stringify({ ...asked, onAnswer: undefined })}`];
    });
    return { figures, wrong };
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #send(device: string): Asked {
    this.#count += 1;
    const n = this.#count;
    const asked: Asked = { device, answers: [], done: 0 };
    this.#asked.set(n, asked);
    const body = { method: "POST", path: PATH, query: `key=KeyA&n=${n}` };
    const properties = { responseTopic: ANSWERS, correlationData: Buffer.from(String(n)) };
    this.#client.publish(`pikvm/${device}/do/request/custom`, JSON.stringify(body), { qos: 1, properties });
    return asked;
  }
}

function mistakeIn({ answers, done }: Asked): string | undefined {
  if (done > 1) return "done twice";
  if (answers.length > 1) return "answered twice";
  if (answers[0] === "result" && done !== 1) return "said to be done";
  if (answers.length === 0 && done > 0) return "done, and nobody was told";
  return undefined;
}
