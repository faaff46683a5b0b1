import { actionModule } from "../../src/runtime/action";
import { hidMacro } from "./action";
import { reached } from "./reached";

export = actionModule(hidMacro, reached);
