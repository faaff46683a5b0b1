import type { PictureSettings } from "../../src/bridge/pictures";
import { beginningOf, oneTopic } from "../../src/bridge/topics";
import { bridgeModule } from "../../src/runtime/bridge-node";
import { ACTIONS } from "../actions";
import { schema } from "./schema";

export = bridgeModule(schema, ACTIONS, (settings) => ({
  broker: settings.broker,
  prefix: settings.prefix,
  topic: settings.topic,
  commands: settings.readOnly ? [] : settings.commands,
  pictures:
    settings.picture === "off" ? undefined : { ...picturesIn(settings.picture, settings), maxWidth: settings.maxWidth },
  homeAssistant: settings.discovery
    ? { prefix: beginningOf(settings.discoveryPrefix), status: oneTopic(settings.statusTopic) }
    : undefined,
  leftOut: settings.leftOut,
  isShared: settings.shared,
}));

/** The time matters only where it is watched. */
const picturesIn = (when: PictureSettings["when"], settings: { readonly interval: number }) => ({
  when,
  interval: when === "request" ? 0 : settings.interval,
});
