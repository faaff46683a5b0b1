import { actionModule } from "../../src/runtime/action";
import { hidMacro } from "./action";

export = actionModule(hidMacro);
