import { actionModule } from "../../src/runtime/action";
import { atxPower } from "./action";

export = actionModule(atxPower);
