import { actionModule } from "../../src/runtime/action";
import { waitUntil } from "./action";

export = actionModule(waitUntil);
