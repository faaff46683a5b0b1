import { actionModule } from "../../src/runtime/action";
import { screen } from "./action";
import { reached } from "./reached";

export = actionModule(screen, reached);
