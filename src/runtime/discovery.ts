import { lookup } from "node:dns/promises";
import { findDevices, type FoundDevice } from "../client";
import { route, Turns } from "./admin";

/**
 * Lets the device dialog find what answers on the networks of this computer: `POST pikvm/find` answers `devices`, each
 * with its `name`, its `platform` and the `address` to connect to.
 */
export const discoveryRoute = route({ method: "post", path: "pikvm/find", permission: "write" }, () => {
  const turns = new Turns(1, 20);
  return async (_request, response) => {
    const end = turns.take();
    try {
      const found = await findDevices();
      response.json({ devices: await Promise.all(found.map(shown)) });
    } finally {
      end();
    }
  };
});

async function shown({ name, host, address, port, platform }: FoundDevice) {
  // A name stays when a router gives out other addresses, but not every computer can look up those of mDNS.
  const isKnown = await lookup(host).then(
    (known) => known.address === address,
    () => false,
  );
  return { name, platform, address: `${isKnown ? host : address}${port === 443 ? "" : `:${port}`}` };
}
