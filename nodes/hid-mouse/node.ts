import { actionModule } from "../../src/runtime/action";
import { hidMouse } from "./action";

export = actionModule(hidMouse);
