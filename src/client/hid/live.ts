import { within } from "../deadline";
import { ConnectionTimeoutError } from "../errors";
import type { EventLink } from "../events/link";
import type { ConnectionChange } from "../reconnect";
import { LiveHid } from "./live-hid";
import type { CallOptions, Transport } from "../http/transport";
import type { Lease } from "../shared";
import type { Sockets } from "../sockets/sockets";
import { Wait } from "../wait";

/** The signal ends what was opened, too. */
export interface LiveOptions extends CallOptions {
  /** Binary events, which are shorter; JSON is for proxies that do not let them pass. Default true. */
  binary?: boolean;
}

interface Device {
  transport: Transport;
  sockets: Sockets;
  link: EventLink;
}

/** For `PiKVM.live`, which says what it does. */
export async function openLive(device: Device, options: LiveOptions): Promise<LiveHid> {
  const { transport, link } = device;
  transport.refuseReadOnly();
  const lease = link.hold();
  try {
    for (;;) {
      await connected(device, options);
      const live = await inTurn(device, lease, options);
      if (live) return live;
    }
  } catch (error) {
    void lease.release();
    throw error;
  }
}

/**
 * Waits, outside of the lane in which the link connects, for a session whose mouse is known: when that is told, the device has
 * forgotten all keys, as it does when a session begins.
 */
async function connected({ transport, link }: Device, { signal }: LiveOptions): Promise<void> {
  const late = () =>
    link.connection.error ??
    new ConnectionTimeoutError("The device did not tell of its keyboard and mouse in time.", { retryable: true });
  await within([signal, transport.closed], { seconds: transport.timeout, late }, async (deadline) => {
    // The first attempt to connect has a time limit of its own, and may have to wait for its turn in the lane before.
    if (!link.connection.connected && !link.connection.error) deadline.lift();
    const wait = new Wait({ isRight: isReady });
    await wait.until(deadline, {
      listen: () => {
        const onState = (): void => wait.see(link);
        const onConnection = ({ error }: ConnectionChange): void => (error ? wait.fail(error) : deadline.renew());
        link.on("state", onState).on("connection", onConnection);
        onState();
        return () => link.off("state", onState).off("connection", onConnection);
      },
    });
  });
}

function isReady({ session, states }: EventLink): boolean {
  return session !== undefined && states.hid !== undefined;
}

/** @returns undefined when the session has ended meanwhile: the lane is left, so that the link can connect again. */
function inTurn(
  { transport, sockets: { hidLane }, link }: Device,
  lease: Lease<unknown>,
  options: LiveOptions,
): Promise<LiveHid | undefined> {
  const { binary = true, signal } = options;
  return new Promise((resolve, reject) => {
    const hold = async (turn: AbortSignal): Promise<LiveHid | undefined> => {
      const { session } = link;
      if (!session || !isReady(link)) return undefined;
      const live = new LiveHid({ link, session, binary, timeout: transport.timeout, turn });
      resolve(live);
      await live.finished;
      return live;
    };
    // Closing the link waits for its turn in the lane, and nobody for that.
    const left = (live: LiveHid | undefined): void => (live ? void lease.release() : resolve(undefined));
    hidLane.run(hold, signal).then(left, reject);
  });
}
