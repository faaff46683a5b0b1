import { actionModule } from "../../src/runtime/action";
import { hidKeys } from "./action";

export = actionModule(hidKeys);
