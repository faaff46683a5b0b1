import { PAGE } from "./page-html";
import { dumps } from "../api/python";
import { html, JSON_TYPE, type Reply } from "../api/reply";
import type { Clock } from "../clock";
import type { Host } from "../host/host";

/** What the page shows. */
interface Shown {
  readonly clock: Clock;
  readonly host: Host;
  /** Open WebSocket sessions. */
  readonly sessions: number;
}

const TYPED_SHOWN = 4000;
const PRESSES_SHOWN = 8;

/** What is not the device's: a page on which people see what the simulated computer does. */
export function simulatorPage(path: string, simulator: Shown): Reply | undefined {
  if (path === "/simulator") return html(PAGE);
  if (path === "/simulator/state") return { status: 200, contentType: JSON_TYPE, body: Buffer.from(state(simulator)) };
  return undefined;
}

function state({ clock, host, sessions }: Shown): string {
  return dumps({
    sessions,
    leds: host.leds,
    typed: host.typed.slice(-TYPED_SHOWN),
    held: host.heldKeys,
    drive: host.usbDrive === null ? null : { ...host.usbDrive },
    presses: host.presses
      .slice(-PRESSES_SHOWN)
      .map(({ line, at, duration }) => ({ line, age: Math.round(clock.now() - at), duration })),
  });
}
