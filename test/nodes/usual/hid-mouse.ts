import type { Usual } from "./usual";

export const usual: Usual = { properties: {}, msg: { payload: { x: 50, y: 50 } } };
