import { portLabel } from "../../client/switch/port-names";
import { withIds, type SwitchState } from "../../client/switch/switch-state";
import { sensor, type Part } from "../entity";

/** The PiKVM Switch: which computer keyboard, mouse and screen belong to. */
export const kvmSwitch: Part = {
  kinds: ["switch"],
  entities({ switch: state }) {
    const given = state as SwitchState | undefined; // as the device's software sends it
    if (!given?.model || given.model.ports.length === 0) return [];
    const { model, summary } = withIds(given);
    const active = model.ports[summary.active_port];
    const value = active ? portLabel(active) : null;
    return [
      {
        ...sensor("port", value),
        platform: "select",
        config: { options: model.ports.map(portLabel), icon: "mdi:swap-horizontal" },
        command: {
          deeds: ["kvm-switch: select"],
          // A label begins with the number.
          order: (text) => ({ node: "kvm-switch", values: { action: "select", port: portIn(text, model.ports) } }),
        },
      },
      { ...sensor("active_port", value), topic: "port" },
    ];
  },
};

const portIn = (text: string, ports: SwitchState["model"]["ports"]): string =>
  ports.find((port) => portLabel(port) === text)?.id ?? text;
