import { fields } from "../../harness/flows";
import type { Usual } from "./usual";

export const usual: Usual = { properties: fields({ action: ["choice", "list"] }), msg: {} };
