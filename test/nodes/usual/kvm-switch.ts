import { fields } from "../../harness/flows";
import type { Usual } from "./usual";

export const usual: Usual = { properties: fields({ timeout: ["num", "5"] }), msg: { payload: 2 } };
