import { actionModule } from "../../src/runtime/action";
import { hidMouse } from "./action";
import { reached } from "./reached";

export = actionModule(hidMouse, reached);
