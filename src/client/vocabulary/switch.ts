/** Where the PiKVM Switch has beacons: at a port, and at a unit's connection upwards or downwards. */
export const BEACON_PLACES = ["port", "uplink", "downlink"] as const;
export type BeaconPlaceName = (typeof BEACON_PLACES)[number];
