import { actionModule } from "../../src/runtime/action";
import { request } from "./action";
import { reached } from "./reached";

export = actionModule(request, reached);
