/** Each device has an address of its own on the loopback network. */
export const addressOf = (index) => `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}`;
