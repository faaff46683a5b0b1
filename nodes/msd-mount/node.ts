import { actionModule } from "../../src/runtime/action";
import { msdMount } from "./action";
import { reached } from "./reached";

export = actionModule(msdMount, reached);
