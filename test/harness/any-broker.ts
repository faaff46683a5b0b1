import { AedesBroker } from "./aedes";
import type { Broker } from "./broker";
import { Mosquitto, skip } from "./mosquitto";

/** Mosquitto, or aedes where that is left out: for tests that need nothing of MQTT 5. */
export const anyBroker = (): Broker => (skip ? new AedesBroker() : new Mosquitto());
