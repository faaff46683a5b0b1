import { actionModule } from "../../src/runtime/action";
import { msdImage } from "./action";

export = actionModule(msdImage);
