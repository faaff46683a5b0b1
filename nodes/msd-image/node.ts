import { actionModule } from "../../src/runtime/action";
import { msdImage } from "./action";
import { reached } from "./reached";

export = actionModule(msdImage, reached);
