import { actionModule } from "../../src/runtime/action";
import { msdMount } from "./action";

export = actionModule(msdMount);
