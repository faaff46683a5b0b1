/** The software of the PiKVM that is simulated, unless another is asked for. */
export const KVMD_VERSION = "4.197";
export const USTREAMER_VERSION = "6.62";
