import { actionModule } from "../../src/runtime/action";
import { kvmSwitch } from "./action";

export = actionModule(kvmSwitch);
