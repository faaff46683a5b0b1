import { actionModule } from "../../src/runtime/action";
import { gpio } from "./action";

export = actionModule(gpio);
