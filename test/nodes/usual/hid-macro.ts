import { fields } from "../../harness/flows";
import type { Usual } from "./usual";

const MACRO = '[{"event_type":"key","event":{"key":"KeyA","state":true}}]';

export const usual: Usual = { properties: fields({ macro: ["stored", MACRO] }), msg: {} };
