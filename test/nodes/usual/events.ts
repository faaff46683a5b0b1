import type { Usual } from "./usual";

export const usual: Usual = { properties: { mode: "state", connection: false } };
