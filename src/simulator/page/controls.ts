import { ignoreStop } from "../clock";
import type { Host } from "../host/host";
import type { Streamer } from "../video/streamer";

/** What the controls of the page work on. */
export interface Controlled {
  readonly host: Host;
  readonly state: { readonly streamer: Streamer };
  /** Whether kvmd runs. */
  readonly running: boolean;
  /** Empty without TLS. */
  readonly certificate: string;
  breakNetwork(ms: number): void;
  restart(options: { downFor: number }): Promise<void>;
  changeCertificate(): void;
}

const RESTART_MS = 3000;
const MAX_OUTAGE_SECONDS = 3600;

/**
 * What a control does when it is pressed.
 * @param message - JSON of the page, `{"control": "plug", "on": false}`.
 * @returns for people, why it cannot be done, or what is to be done.
 */
export function controlOf(message: string, simulator: Controlled): string | (() => void) {
  const { control, on, seconds } = fieldsOf(message);
  switch (control) {
    case "plug":
      return typeof on === "boolean" ? () => void (simulator.host.plugged = on) : "on must be true or false";
    case "signal":
      return typeof on === "boolean"
        ? () => void (simulator.state.streamer.source.signal = on ? undefined : false)
        : "on must be true or false";
    case "network":
      return typeof seconds === "number" && seconds > 0 && seconds <= MAX_OUTAGE_SECONDS
        ? () => simulator.breakNetwork(seconds * 1000)
        : `seconds must be a number up to ${MAX_OUTAGE_SECONDS}`;
    case "kvmd":
      return () => void (simulator.running && simulator.restart({ downFor: RESTART_MS }).catch(ignoreStop));
    case "certificate":
      return simulator.certificate === ""
        ? "This simulator speaks plain HTTP and has no certificate"
        : () => simulator.changeCertificate();
    default:
      return "There is no such control";
  }
}

function fieldsOf(message: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
