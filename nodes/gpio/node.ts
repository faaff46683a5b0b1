import { actionModule } from "../../src/runtime/action";
import { gpio } from "./action";
import { reached } from "./reached";

export = actionModule(gpio, reached);
