/** Where the PiKVM Switch has beacons: at a port, and at a unit's connection upwards or downwards. */
export const BEACON_PLACES = ["port", "uplink", "downlink"] as const;
export type BeaconPlaceName = (typeof BEACON_PLACES)[number];

/** Whether a text is read as the number of a port: `5` over the whole chain, or `2.1` of a unit. */
export const isPortNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text);
