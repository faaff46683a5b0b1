/** The software of the PiKVM that is simulated. */
export const KVMD = { major: 4, minor: 197 } as const;
export const KVMD_VERSION = `${KVMD.major}.${KVMD.minor}`;
export const USTREAMER_VERSION = "6.62";
