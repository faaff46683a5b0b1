import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";

/**
 * How the device and its computer are before a message comes: running with an empty drive, an ordinary mouse and
 * a spare EDID, or off with an image in the drive, a relative mouse and no other EDID.
 */
export type World = "running" | "off";
export const WORLDS: readonly World[] = ["running", "off"];

const IMAGES = ["a.iso", "b.iso"];
const SIZE = 3000;
const SPARE = { id: "b3cb4b6f-1d0e-4a5c-9a9e-000000000001", name: "Spare" };

export const startWorld = (): Promise<Simulator> =>
  startSimulator({
    tls: false,
    // What the device does takes real time only where the client waits for it.
    clock: scaledClock(100),
    images: Object.fromEntries(IMAGES.map((image) => [image, SIZE])),
    switchUnits: 1,
    relayBoard: true,
  });

/** Brings everything that an action may have changed back to where it was. */
export function restore({ state, host }: Simulator, world: World): void {
  const isOn = world === "running";
  for (const computer of [host, ...state.switch.ports.map((port) => port.host)]) computer.power = isOn;
  restoreDrive({ state, host }, !isOn);
  state.hid.mouseOutputs.active = isOn ? "usb" : "usb_rel";
  state.hid.gadget.absolute = isOn;
  const { gpio } = state;
  for (const [name, output] of Object.entries(gpio.channels.outputs))
    gpio.channels.outputs[name] = { ...output, state: gpio.initial.get(name) ?? false };
  gpio.reported();
  restoreSwitch(state.switch, isOn);
  host.forget();
  host.mouse.buttons.clear();
}

function restoreDrive({ state: { msd }, host }: Pick<Simulator, "state" | "host">, isIn: boolean): void {
  const { storage } = msd;
  for (const name of storage.files.keys()) if (!IMAGES.includes(name)) storage.files.delete(name);
  for (const name of IMAGES) if (!storage.files.has(name)) storage.add(name, SIZE);
  const image = isIn ? "a.iso" : null;
  msd.drive = { image, connected: isIn, cdrom: true, rw: false };
  host.usbDrive = isIn ? { image: "a.iso", size: SIZE, cdrom: true, writable: false } : null;
  storage.refresh();
  msd.changed();
}

function restoreSwitch({ edids, chain }: Simulator["state"]["switch"], hasSpare: boolean): void {
  const { data } = edids.get("default") ?? { data: "" };
  for (const id of edids.keys()) if (id !== "default") edids.delete(id);
  if (hasSpare) edids.set(SPARE.id, { name: SPARE.name, data });
  for (const settings of chain.everySetting) settings.edid = "default";
  for (const port of chain.ports) port.beacon = false;
  // Reports all of it.
  chain.activate(0);
}

/** Whether the device still does what it was asked before. */
export function isBusy({ working, state: { atx, msd, gpio, switch: chained } }: Simulator): boolean {
  return (
    working > 0 ||
    atx.isBusy ||
    msd.busy ||
    Object.values(gpio.channels.outputs).some(({ busy }) => busy) ||
    chained.ports.some(({ busy }) => busy) ||
    !chained.chain.synced
  );
}
