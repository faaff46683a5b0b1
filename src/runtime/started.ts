import { ownTurn } from "../client/own-turn";
import type { NodeAPI } from "./red";

type Work = () => void;

const waiting = new WeakMap<NodeAPI["events"], Set<Work>>();

/**
 * Calls back when all nodes of a deploy are there; before that, those that a node sends to or takes settings from may
 * not be. Of many nodes one is called in each turn of the event loop. @returns what forgets it.
 */
export function onceStarted(RED: NodeAPI, work: Work): Work {
  const works = waiting.get(RED.events) ?? listenTo(RED.events);
  works.add(work);
  return () => void works.delete(work);
}

/** One listener for all nodes: of more than ten Node-RED warns. */
function listenTo(events: NodeAPI["events"]): Set<Work> {
  const works = new Set<Work>();
  waiting.set(events, works);
  events.on("flows:started", () => {
    for (const work of works)
      void ownTurn().then(() => {
        if (works.delete(work)) work();
      });
  });
  return works;
}
