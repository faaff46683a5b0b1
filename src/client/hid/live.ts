import { within } from "../deadline";
import { AuthError, ConnectionTimeoutError } from "../errors";
import type { EventLink } from "../events/link";
import type { ConnectionChange } from "../reconnect";
import { LiveHid } from "./live-hid";
import type { CallOptions, Transport } from "../http/transport";
import type { Lease } from "../shared";
import type { Sockets } from "../sockets/sockets";
import { Wait } from "../wait";

/** The signal cancels the opening, and later closes what was opened. */
export interface LiveOptions extends CallOptions {
  /** Send binary events, which are shorter. JSON is for proxies that do not let binary messages pass. Default true. */
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
      await ready(device, options);
      const live = await openInTurn(device, lease, options);
      if (live) return live;
    }
  } catch (error) {
    void lease.release();
    throw error;
  }
}

/**
 * Waits until there is a session and the device has reported the state of its keyboard and mouse in it: by then it has
 * released all keys, as it does whenever a session begins. Does not wait in a turn of keyboard and mouse, because the
 * link takes one to connect.
 */
export async function ready(
  { transport, link }: Pick<Device, "transport" | "link">,
  { signal }: CallOptions,
): Promise<void> {
  const late = () =>
    link.connection.error ??
    new ConnectionTimeoutError("The device did not tell of its keyboard and mouse in time.", { retryable: true });
  await within([signal, transport.closed], { seconds: transport.timeout, late }, async (deadline) => {
    // The first attempt to connect has a time limit of its own, and may have to wait for others to end their typing.
    if (!link.connection.connected && !link.connection.error) deadline.lift();
    const wait = new Wait({ isRight: isReady });
    await wait.until(deadline, {
      listen: () => {
        const onState = (): void => wait.see(link);
        const onConnection = ({ error }: ConnectionChange): void => (error ? wait.fail(error) : deadline.renew());
        link.on("state", onState).on("connection", onConnection);
        onState();
        // The next trial may be an hour away.
        if (link.connection.error instanceof AuthError) wait.fail(link.connection.error);
        return () => link.off("state", onState).off("connection", onConnection);
      },
    });
  });
}

/** Whether there is a session whose keyboard and mouse are known. */
export function isReady({ session, states }: EventLink): boolean {
  return session !== undefined && states.hid !== undefined;
}

/**
 * Opens it in a turn of keyboard and mouse, which lasts until it is closed.
 * @returns undefined when the session has ended before: the turn ends, so that the link can connect again.
 */
function openInTurn(
  { transport, sockets: { hidLane, queue, unanswered }, link }: Device,
  lease: Lease<unknown>,
  options: LiveOptions,
): Promise<LiveHid | undefined> {
  const { binary = true, signal } = options;
  return new Promise((resolve, reject) => {
    const work = async (turn: AbortSignal): Promise<LiveHid | undefined> => {
      await unanswered.over(turn);
      const { session } = link;
      if (!session || !isReady(link)) return undefined;
      const live = new LiveHid({ link, session, queue, unanswered, binary, timeout: transport.timeout, turn });
      resolve(live);
      await live.finished;
      return live;
    };
    // Not waited for: closing the link takes a turn, too.
    const done = (live: LiveHid | undefined): void => (live ? void lease.release() : resolve(undefined));
    hidLane.run(work, signal).then(done, reject);
  });
}
