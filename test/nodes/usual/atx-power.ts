import { fields } from "../../harness/flows";
import type { Usual } from "./usual";

export const usual: Usual = {
  properties: fields({ wait: ["choice", "accepted"] }),
  msg: { payload: "click_power" },
};
