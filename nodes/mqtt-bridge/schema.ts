import { ENTITIES } from "../../src/schema/entities";
import { checks, choice, configNode, flag, number, seconds, text } from "../../src/schema/field";
import { bridgeNode } from "../../src/schema/node";
import { DEEDS } from "../deeds";

/** Typing and the drive let whoever may write to the broker take over the host: they have to be ticked. */
const POWER = DEEDS.filter((deed) => deed.startsWith("atx-power: "));

const watching = { picture: ["rate", "changes"] } as const;

export const schema = bridgeNode({
  name: "mqtt-bridge",
  fields: {
    broker: configNode({ icon: "globe", type: "mqtt-broker", hint: true }),
    prefix: text({ icon: "sitemap", default: "pikvm", expert: true, hint: true }),
    topic: text({ icon: "tasks", default: "", blank: true, optional: true, hint: true, placeholder: true }),
    readOnly: flag({ icon: "lock", default: false }),
    commands: checks(DEEDS, { icon: "check-square-o", default: POWER, hint: true, when: { readOnly: ["false"] } }),
    picture: choice(["off", "request", "rate", "changes"], { icon: "camera", default: "request", hint: "each" }),
    interval: seconds({ icon: "clock-o", min: 1, max: 86_400, default: 60, hint: true, when: watching }),
    maxWidth: number({
      icon: "arrows-h",
      min: 160,
      max: 3840,
      whole: true,
      default: 1280,
      unit: "pixels",
      expert: true,
      hint: true,
      when: { picture: ["request", "rate", "changes"] },
    }),
    shared: flag({ icon: "clone", default: false, expert: true, hint: true }),
    discovery: flag({ icon: "home", default: true }),
    discoveryPrefix: text({
      icon: "home",
      default: "homeassistant",
      expert: true,
      hint: true,
      when: { discovery: ["true"] },
    }),
    statusTopic: text({
      icon: "home",
      default: "homeassistant/status",
      expert: true,
      hint: true,
      when: { discovery: ["true"] },
    }),
    leftOut: checks(ENTITIES, { icon: "eye-slash", default: [], expert: true, hint: true }),
  },
});
