import { actionModule } from "../../src/runtime/action";
import { waitUntil } from "./action";
import { reached } from "./reached";

export = actionModule(waitUntil, reached);
