import type { Usual } from "./usual";

export const usual: Usual = { properties: { broker: "broker" } };
