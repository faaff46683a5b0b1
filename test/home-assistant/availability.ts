import type { Config } from "./check";
import { rendered } from "./template";

interface Source {
  topic: string;
  payload_available: string;
  payload_not_available: string;
  value_template?: string;
}

/** Whether an entity is available, by what came on its topics. It is not until they have told. */
export class Availability {
  readonly #told = new Map<string, boolean>();
  #latest = false;

  /** The topics of a config. */
  static topicsOf(config: Config): string[] {
    return sourcesOf(config).map(({ topic }) => topic);
  }

  receive(topic: string, payload: string, config: Config, warn: (line: string) => void): void {
    for (const source of sourcesOf(config).filter((one) => one.topic === topic)) {
      const text = rendered(source.value_template, payload, warn);
      if (text !== source.payload_available && text !== source.payload_not_available) continue;
      this.#latest = text === source.payload_available;
      this.#told.set(topic, this.#latest);
    }
  }

  isAvailable(config: Config): boolean {
    const told = sourcesOf(config).map(({ topic }) => this.#told.get(topic) ?? false);
    if (told.length === 0) return true;
    const { availability_mode: mode } = config;
    if (mode === "all") return told.every(Boolean);
    return mode === "any" ? told.some(Boolean) : this.#latest;
  }
}

function sourcesOf({
  availability,
  availability_topic: topic,
  availability_template: template,
  ...rest
}: Config): Source[] {
  if (availability !== undefined) return availability as Source[]; // as checked
  if (topic === undefined) return [];
  const { payload_available, payload_not_available } = rest;
  return [{ topic, payload_available, payload_not_available, value_template: template } as Source]; // as checked
}
