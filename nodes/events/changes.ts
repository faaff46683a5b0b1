import { isDeepStrictEqual } from "node:util";
import {
  isReported,
  namesBeside,
  statePath,
  valueAt,
  type StateChange,
  type StatePath,
  type States,
} from "../../src/client";
import { DERIVED_KINDS } from "../../src/client/vocabulary";
import type { MissingPath } from "../../src/runtime/missing";
import type { Emission } from "../../src/runtime/source";

interface Property extends StatePath {
  /** What was sent last, and since when it is so: unknown when the connection was lost in between. */
  last?: { value: unknown; since: number | undefined };
}

/** A message for each chosen property whose value differs from the last one that was sent. */
export class Changes {
  readonly #properties: Property[];
  readonly #now: () => number;

  /** @param now seconds that only grow. */
  constructor(paths: readonly string[], now = () => performance.now() / 1000) {
    this.#properties = paths.map(statePath);
    this.#now = now;
  }

  /** Whether a property of this kind is among them. */
  has(kind: string): boolean {
    return this.#properties.some((property) => property.kind === kind);
  }

  onState({ kind, state, age = 0 }: StateChange): Emission[] {
    const since = this.#now() - age;
    const emissions: Emission[] = [];
    for (const property of this.#properties) {
      if (property.kind !== kind || !isReported(property, state)) continue;
      const emission = changed(property, valueAt(state, property.keys), since);
      if (emission) emissions.push(emission);
    }
    return emissions;
  }

  /** What happens until the next connection is not seen. */
  onConnection(): void {
    for (const { last } of this.#properties) if (last) last.since = undefined;
  }

  /** Those that lead nowhere in the states of a device. */
  missing(states: Readonly<States>): MissingPath[] {
    const known = { ...states, ...Object.fromEntries(DERIVED_KINDS.map((kind) => [kind, true])) };
    return this.#properties.flatMap((property) => {
      const names = namesBeside(known, property);
      return names ? [{ path: property.text, names }] : [];
    });
  }
}

/** @returns undefined for the value that was sent last. */
function changed(property: Property, value: unknown, since: number): Emission | undefined {
  const { last, text: topic } = property;
  if (last && isDeepStrictEqual(last.value, value)) return undefined;
  property.last = { value, since };
  if (!last) return { topic, payload: value };
  const { value: previous, since: before } = last;
  if (before === undefined) return { topic, payload: value, previous };
  return { topic, payload: value, previous, duration: toTheMillisecond(since - before) };
}

/** Seconds, to the millisecond; what is noticed later may have begun earlier. */
const toTheMillisecond = (seconds: number): number => Math.max(0, Math.round(seconds * 1000) / 1000);
