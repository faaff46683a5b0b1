import { actionModule } from "../../src/runtime/action";
import { screen } from "./action";

export = actionModule(screen);
