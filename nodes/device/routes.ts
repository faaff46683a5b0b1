import type { Route } from "../../src/runtime/admin";
import { choicesRoute } from "../../src/runtime/choices";
import { connectRoute } from "../../src/runtime/connect";
import { discoveryRoute } from "../../src/runtime/discovery";
import { macroRoute } from "../../src/runtime/macro-trial";
import { trialsRoute } from "../../src/runtime/trials";
import { hidMacro } from "../hid-macro/action";
import { TRIALS } from "../trials";
import { optionsOf } from "./options";
import { schema } from "./schema";

/** What the dialogs of all nodes ask. */
export const routes: readonly Route[] = [
  connectRoute({ schema, optionsOf }),
  discoveryRoute,
  choicesRoute,
  macroRoute(hidMacro),
  trialsRoute(TRIALS),
];
