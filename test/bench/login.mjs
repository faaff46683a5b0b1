/** The simulator's own account, for the client and for requests without it. */
export const LOGIN = { user: "admin", password: "admin" };
export const HEADERS = { "X-KVMD-User": LOGIN.user, "X-KVMD-Passwd": LOGIN.password };
