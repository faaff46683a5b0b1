import type { InfoState } from "../../client";
import { DIAGNOSTIC, light, sensor, type Entity, type Part } from "../entity";

/** The PiKVM itself. */
export const device: Part = {
  kinds: ["info"],
  entities({ info }) {
    if (!info) return [];
    const health = (info.health ?? hardwareOf(info)) as Health | undefined; // as the device's software sends it
    const version = info.system?.kvmd.version;
    return [
      ...(version === undefined ? [] : [sensor("kvmd_version", version, DIAGNOSTIC)]),
      ...(info.uptime ? [sensor("uptime", wholeMinutes(info.uptime.total), UPTIME)] : []),
      ...(health ? healthOf(health) : []),
    ];
  },
};

/** The part of a device's health that is shown. */
interface Health {
  temp?: { cpu?: number | null };
  throttling?: { parsed_flags?: Record<string, { now: boolean }> } | null;
}

const hardwareOf = ({ hw }: InfoState): unknown => hw?.["health"];

const UPTIME = { ...DIAGNOSTIC, device_class: "duration", unit_of_measurement: "s" };
const PROBLEM = { ...DIAGNOSTIC, device_class: "problem" };

/** It is reported every five seconds; that it grows need not be told as often. */
const wholeMinutes = (seconds: number): number => Math.floor(seconds / 60) * 60;

/** By what the device calls it. */
const PROBLEMS = { throttled: "throttled", undervoltage: "undervoltage", freq_capped: "frequency_capped" };

function healthOf({ temp, throttling }: Health): Entity[] {
  const flags = throttling?.parsed_flags;
  const celsius = temp?.cpu;
  return [
    ...(typeof celsius === "number" ? [sensor("temperature", celsius.toFixed(0), TEMPERATURE)] : []),
    ...(flags ? Object.entries(PROBLEMS).map(([flag, key]) => light(key, flags[flag]?.now, PROBLEM)) : []),
  ];
}

const TEMPERATURE = {
  ...DIAGNOSTIC,
  device_class: "temperature",
  unit_of_measurement: "°C",
  state_class: "measurement",
};
