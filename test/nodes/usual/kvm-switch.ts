import type { Usual } from "./usual";

export const usual: Usual = { properties: {}, msg: { payload: 2 } };
