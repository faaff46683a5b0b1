import { isRecord } from "../http/shape";
import type { ConnectionChange } from "../reconnect";
import type { EventLink, LinkEvents } from "./link";

/** Milliseconds after its beginning in which a session is told of its own beginning, and how often. */
const OWN_BEGINNING = 1000;
const OWN_TIMES = 2;

/**
 * Calls back when anybody connects to the device or leaves it, which makes it forget what it has not typed. The device
 * tells it since 4.97, to those with an event connection; it counts viewers only, but tells the count for others too.
 * @returns what ends it.
 */
export function onVisit(link: EventLink, call: () => void): () => void {
  let known = countIn(link.states["clients"]);
  const event: (...args: LinkEvents["event"]) => void = ({ event_type, event }) => {
    if (event_type !== "clients") return;
    const count = countIn(event);
    const { age = 0, clientsTold = 0 } = link.session ?? {};
    const isOwn = count === known && age < OWN_BEGINNING && clientsTold <= OWN_TIMES;
    known = count;
    if (!isOwn) call();
  };
  const connection = ({ connected }: ConnectionChange): void => {
    if (!connected) call();
  };
  link.on("event", event).on("connection", connection);
  return () => link.off("event", event).off("connection", connection);
}

const countIn = (event: unknown): unknown => (isRecord(event) ? event["count"] : undefined);
