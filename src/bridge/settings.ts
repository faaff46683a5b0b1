import type { Presence } from "../schema/presence";
import type { Facts } from "./entity";
import type { PictureSettings } from "./pictures";

export interface BridgeSettings {
  /** Below it is all of the device: `pikvm/desk`. */
  base: string;
  /** Absent: Home Assistant is not told. */
  homeAssistant?: { prefix: string; status: string } | undefined;
  /** Keys of entities that are left out. */
  leftOut: ReadonlySet<string>;
  /** Absent: none. */
  pictures?: PictureSettings | undefined;
  /** Identity of the device in Home Assistant. */
  id: string;
  /** What a person calls the device. */
  name: string;
  /** Of the device's own page. */
  url: string;
  facts: Facts;
  origin: Readonly<Record<string, unknown>>;
  /** A topic of the broker's connection that tells whether Node-RED is there, where there is one. */
  presence?: Presence | undefined;
  /** Others may have the device after us, or before us. */
  isShared: boolean;
}
