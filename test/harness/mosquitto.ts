import { spawn, type ChildProcess } from "node:child_process";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Broker, type BrokerOptions } from "./broker";
import type { Login } from "./logins";

interface Options extends BrokerOptions {
  /** Bytes of the longest packet that it takes; it ends the connection of who sends a longer one. */
  maxPacketSize?: number;
}

/** The reason not to run tests with Mosquitto, for the option `skip` of a test. */
export const skip = process.env["SKIP_MOSQUITTO"] === "1" ? "SKIP_MOSQUITTO=1" : false;

/** Mosquitto as Debian has it, 2.0.11, which speaks MQTT 5. */
export class Mosquitto extends Broker {
  readonly title = "Mosquitto";
  readonly protocolVersion = 5;
  readonly #maxPacketSize: number | undefined;
  #child: ChildProcess | undefined;
  #folder: string | undefined;
  readonly #endWithUs = (): void => void this.#child?.kill("SIGKILL");

  constructor({ maxPacketSize, ...options }: Options = {}) {
    super(options);
    this.#maxPacketSize = maxPacketSize;
  }

  protected async listen(port: number): Promise<void> {
    const program = process.env["MOSQUITTO"] ?? "/usr/sbin/mosquitto";
    if (!existsSync(program)) throw new Error(`there is no Mosquitto at ${program}; name one in MOSQUITTO`);
    this.#folder = await mkdtemp(path.join(tmpdir(), "pikvm-mosquitto-"));
    const settings = await this.#writeSettings(this.#folder, port);
    const child = spawn(program, ["-c", settings], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    process.once("exit", this.#endWithUs);
    await new Promise<void>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`Mosquitto ended (${String(code)}):\n${this.log.join("\n")}`)));
      createInterface(child.stderr).on("line", (line) => {
        this.say(line);
        if (line.endsWith(" running")) resolve();
      });
    });
  }

  protected async end(how: "stop" | "kill"): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill(how === "stop" ? "SIGTERM" : "SIGKILL");
      await ended;
    }
    process.off("exit", this.#endWithUs);
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  /** @returns the file */
  async #writeSettings(folder: string, port: number): Promise<string> {
    const { login, identities } = this;
    const write = async (name: string, text: string): Promise<string> => {
      const file = path.join(folder, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    };
    const lines = [
      // Started by root it would else become a user who cannot read these files.
      "user root",
      `listener ${port} 127.0.0.1`,
      "persistence false",
      "sys_interval 0",
      "set_tcp_nodelay true",
      // Who subscribes to everything is told all that is retained: by default it leaves out what is beyond 1000.
      "max_queued_messages 0",
      "log_timestamp_format %H:%M:%S",
      "log_dest stderr",
      ...["error", "warning", "notice", "information", "subscribe", "unsubscribe"].map((type) => `log_type ${type}`),
      `allow_anonymous ${!login}`,
    ];
    if (login) lines.push(`password_file ${await write("passwords", `${login.username}:${hashed(login)}\n`)}`);
    if (identities) {
      lines.push(`certfile ${await write("cert.pem", identities.device.cert)}`);
      lines.push(`keyfile ${await write("key.pem", identities.device.key)}`);
    }
    if (this.#maxPacketSize !== undefined) lines.push(`max_packet_size ${this.#maxPacketSize}`);
    return write("mosquitto.conf", `${lines.join("\n")}\n`);
  }
}

/** As `mosquitto_passwd` does it: PBKDF2 with SHA-512, by the number of rounds and the salt that stand beside it. */
function hashed({ password }: Login): string {
  const ROUNDS = 101;
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, ROUNDS, 64, "sha512");
  return `$7$${ROUNDS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}
