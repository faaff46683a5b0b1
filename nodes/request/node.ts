import { actionModule } from "../../src/runtime/action";
import { request } from "./action";

export = actionModule(request);
