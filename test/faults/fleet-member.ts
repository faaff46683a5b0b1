import { ACTIONS } from "../../nodes/actions";
import { Permit } from "../../src/actions/permit";
import { Bridge } from "../../src/bridge/bridge";
import { NOTHING } from "../../src/bridge/left";
import { Claim } from "../../src/bridge/claim";
import { CLAIM } from "../../src/bridge/topics";
import { PiKVM } from "../../src/client";
import { MqttChannel } from "../bridge/mqtt-channel";

/** A device, and what it is called on the broker. */
export interface Place {
  name: string;
  url: string;
}

/** What one member of a fleet is told by its arguments. */
export interface Membership {
  broker: number;
  presence: string;
  pace: number;
  devices: readonly Place[];
}

/**
 * The core of a Node-RED that shares its devices with others, as a process of its own: what a bridge is, without
 * Node-RED. It runs until it is killed, or told to end.
 */
async function run({ broker, presence, pace, devices }: Membership): Promise<void> {
  const channel = await MqttChannel.connect({ port: broker, presence, reconnectPeriod: 500 });
  const members = await Promise.all(devices.map((device) => member(channel, pace, device)));
  channel.onConnection = (isConnected) => {
    for (const { letGo, claim } of members) {
      if (!isConnected) letGo();
      claim.onConnection(isConnected);
    }
  };
  process.on("disconnect", () => process.exit());
  process.on("SIGTERM", () => {
    void Promise.all(members.map(({ stop }) => stop())).then(() => channel.close().then(() => process.exit()));
  });
}

async function member(channel: MqttChannel, pace: number, { name, url }: Place) {
  const kvm = await new PiKVM({ address: url, user: "admin", password: "admin" }).open();
  const base = `pikvm/${name}`;
  let bridge: Bridge | undefined;
  const letGo = (): void => {
    void bridge?.close("moved");
    bridge = undefined;
  };
  const claim = new Claim({
    channel,
    topic: `${base}/${CLAIM}`,
    presence: channel.presence,
    pace,
    onOther: letGo,
    onHold: () => (bridge = bridgeTo(channel, kvm, base)),
  });
  const stop = async (): Promise<void> => {
    const closed = bridge?.close("stopped");
    claim.close();
    await closed;
  };
  return { claim, letGo, stop };
}

const bridgeTo = (channel: MqttChannel, pikvm: PiKVM, base: string): Bridge =>
  new Bridge(
    {
      base,
      leftOut: new Set(),
      id: "fleet",
      name: base,
      url: pikvm.baseUrl,
      facts: { hasOwnButtons: false },
      origin: {},
      isShared: true,
    },
    {
      pikvm,
      channel,
      actions: ACTIONS,
      permit: () => new Permit(),
      offers: () => true,
      errorAsJson: ({ name, message, outcome }) => ({ name, message, outcome }),
      word: (key) => key,
      onOutcome: () => undefined,
      onError: () => undefined,
      onConnection: () => undefined,
      onRetry: () => undefined,
      left: NOTHING,
      isOthers: () => false,
    },
  );

void run(JSON.parse(process.argv[2] ?? "") as Membership); // as `Members` writes it
