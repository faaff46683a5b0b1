/** Of a user of the editor. */
export interface Login {
  username: string;
  password: string;
}

const PASSWORD = "Walrus-4410";
/** What bcrypt makes of it, with as little work as it takes. */
const HASH = "$2b$04$FATAen6O8P0XA63Jr9tq9OG0r4HAHvCmnts4Na8jkV2dgoBXNMoNe";

/** May do everything. */
export const OWNER: Login = { username: "owner", password: PASSWORD };
/** May look at everything, and change nothing. */
export const GUEST: Login = { username: "guest", password: PASSWORD };

/** Node-RED's setting. */
export const ADMIN_AUTH = {
  type: "credentials",
  users: [
    { username: OWNER.username, password: HASH, permissions: "*" },
    { username: GUEST.username, password: HASH, permissions: "read" },
  ],
};
