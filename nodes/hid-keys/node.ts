import { actionModule } from "../../src/runtime/action";
import { hidKeys } from "./action";
import { reached } from "./reached";

export = actionModule(hidKeys, reached);
