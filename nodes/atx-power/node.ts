import { actionModule } from "../../src/runtime/action";
import { atxPower } from "./action";
import { reached } from "./reached";

export = actionModule(atxPower, reached);
