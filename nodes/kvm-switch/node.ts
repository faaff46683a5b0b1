import { actionModule } from "../../src/runtime/action";
import { kvmSwitch } from "./action";
import { reached } from "./reached";

export = actionModule(kvmSwitch, reached);
