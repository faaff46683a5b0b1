import { screenWatchTrial } from "./screen-watch/trial";
import { screenTrial } from "./screen/trial";
import { waitUntilTrial } from "./wait-until/trial";

/** What dialogs can try, by the names of the nodes. */
export const TRIALS = {
  screen: screenTrial,
  "screen-watch": screenWatchTrial,
  "wait-until": waitUntilTrial,
};
