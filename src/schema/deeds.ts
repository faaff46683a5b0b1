/**
 * What an action does to the device and its host: nothing, something, or something that ends what runs or takes away
 * what is there.
 */
export type Effect = "reads" | "changes" | "destroys";

/** What is done for each value of a field; it may depend on another field. */
export interface Deeds {
  by: string;
  does: Readonly<Record<string, Effect | Deeds>>;
  /** Each of them has a name of its own in the list of what a device lets through. */
  apart?: true;
}

/** The same, of fields that there are, with all their values: what a new action does has to be said. */
export type DeedsOf<F> = { [By in Deciding<F>]: DeedsBy<By, F> }[Deciding<F>];

interface DeedsBy<By extends keyof F, F> {
  by: By;
  does: Readonly<Record<ValueIn<F[By]>, Effect | DeedsOf<F>>>;
  apart?: true;
}

type Deciding<F> = { [Name in keyof F]: F[Name] extends { kind: "choice" | "flag" } ? Name : never }[keyof F] & string;
type ValueIn<F> = F extends { choices: readonly (infer C extends string)[] } ? C : "true" | "false";

/** What a node's schema says of what it does. */
interface Doing {
  name: string;
  deeds?: Effect | Deeds;
}

/** What is done to the device. */
export interface Deed {
  /** `atx-power: off`: the node, and what is chosen in it. */
  name: string;
  effect: Effect;
}

/** What a node does when its fields have these values. */
export function deedOf({ name, deeds = "reads" }: Doing, valueOf: (field: string) => unknown): Deed {
  const said: string[] = [];
  let does: Effect | Deeds = deeds;
  while (typeof does !== "string") {
    const value = String(valueOf(does.by));
    if (said.length === 0 || does.apart) said.push(value);
    // Fields have no other values; if one had, it would be nothing to let through unseen.
    does = Object.hasOwn(does.does, value) ? (does.does[value] ?? "destroys") : "destroys";
  }
  return { name: nameOf(name, said), effect: does };
}

/** All that a node can do, once for each effect. */
export function deedsIn({ name, deeds = "reads" }: Doing): Deed[] {
  const found = (does: Effect | Deeds, said: string[]): Deed[] => {
    if (typeof does === "string") return [{ name: nameOf(name, said), effect: does }];
    const isSaid = said.length === 0 || does.apart === true;
    return Object.entries(does.does).flatMap(([value, next]) => found(next, isSaid ? [...said, value] : said));
  };
  return found(deeds, []);
}

/** Whether a node can do something that destroys. */
export const canDestroy = (schema: Doing): boolean => deedsIn(schema).some(({ effect }) => effect === "destroys");

const nameOf = (node: string, said: readonly string[]): string =>
  said.length === 0 ? node : `${node}: ${said.join(" ")}`;
