/** How the demo flow is told its device: it refers to these variables. */
export interface DeviceEnvironment {
  PIKVM_URL: string;
  PIKVM_USER: string;
  PIKVM_PASSWORD: string;
  PIKVM_FINGERPRINT: string;
}

const DEFAULT_PORT = "1880";

/** @throws Error when PORT is no port. */
export function portIn({ PORT = DEFAULT_PORT }: NodeJS.ProcessEnv): number {
  const port = Number(PORT);
  if (!/^\d+$/.test(PORT) || port < 1 || port > 65_535)
    throw new Error(`PORT must be a number from 1 to 65535, not "${PORT}".`);
  return port;
}
