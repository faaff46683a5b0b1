import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";
import { within } from "../client/deadline";
import { ConfigurationError, ConnectionTimeoutError, type Address } from "../client";
import { networkError } from "../client/http/network";

/** Where no device is reached, but other things may be: services of a cloud, everybody at once. */
const REFUSED = new BlockList();
REFUSED.addSubnet("169.254.0.0", 16);
REFUSED.addSubnet("224.0.0.0", 3);
REFUSED.addSubnet("fe80::", 10, "ipv6");
REFUSED.addSubnet("ff00::", 8, "ipv6");

/** Seconds for the name server. */
const TIMEOUT = 10;

/** Where a device is, found once: whoever goes there does not ask for the way again, and so cannot be led elsewhere. */
export interface Whereabouts {
  /** Whether a name was looked up. */
  isNamed: boolean;
  lookup: LookupFunction;
}

/**
 * @throws ConnectError when there is no such name; ConnectionTimeoutError; ConfigurationError `STRANGE_ADDRESS` for
 * a place where no device is.
 */
export async function findOut(address: Address, signal: AbortSignal): Promise<Whereabouts> {
  const { hostname } = address;
  const late = () => new ConnectionTimeoutError("The name server did not answer in time.", { code: "EAI_AGAIN" });
  const found = await within([signal], { seconds: TIMEOUT, late }, (deadline) =>
    deadline.race(lookup(hostname, { all: true })),
  ).catch((error: unknown) => {
    throw networkError(error, { address });
  });
  // A name may lead to a place in the own segment besides the ordinary one.
  const places = found.filter(({ address }) => !REFUSED.check(address, isIPv6(address) ? "ipv6" : "ipv4"));
  const [first] = places;
  if (!first)
    throw new ConfigurationError("A link-local or multicast address is not that of a device.", {
      code: "STRANGE_ADDRESS",
    });
  return {
    isNamed: isIP(hostname) === 0,
    lookup: (_hostname, options, callback) => {
      if (options.all) callback(null, places);
      else callback(null, first.address, first.family);
    },
  };
}
