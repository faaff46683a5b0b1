import type { Timers } from "../clock";
import { Terminal } from "./host-terminal";

/** What the installer needs of the computer. */
export interface Target {
  /** The name of what is in its USB drive. */
  medium(): string | null;
  reboot(): void;
}

type Waiting = "boot" | "nothing" | "restart";

const STEPS = ["Partitioning the disk", "Installing the base system", "Installing the boot loader"];

/** An installation medium that has been started: it asks how to begin, installs, and wants to be removed. */
export class Installer {
  readonly #target: Target;
  readonly #timers: Timers;
  readonly #duration: number;
  readonly #terminal = new Terminal();
  #waiting: Waiting = "boot";
  #line = "";

  /** @param duration - ms that it takes to install. */
  constructor(target: Target, timers: Timers, duration: number) {
    this.#target = target;
    this.#timers = timers;
    this.#duration = duration;
    const medium = target.medium() ?? "none";
    this.#terminal.write(
      `Installer boot menu\n\nMedium: ${medium}\n\nPress Enter to begin, or type boot parameters.\nboot: `,
    );
  }

  get text(): readonly string[] {
    return this.#terminal.text;
  }

  type(character: string): void {
    if (this.#waiting === "restart" && character === "\n") this.#target.reboot();
    if (this.#waiting !== "boot") return;
    this.#terminal.write(character);
    if (character !== "\n") this.#line += character;
    else this.#install();
  }

  backspace(): void {
    if (this.#waiting !== "boot" || this.#line === "") return;
    this.#line = this.#line.slice(0, -1);
    this.#terminal.erase(1);
  }

  #install(): void {
    this.#waiting = "nothing";
    this.#terminal.write("\n");
    STEPS.forEach((step, index) =>
      this.#timers.after((this.#duration * index) / STEPS.length, () => this.#terminal.write(`${step} ...\n`)),
    );
    this.#timers.after(this.#duration, () => {
      this.#waiting = "restart";
      this.#terminal.write("\nInstallation complete.\nRemove the installation medium, then press Enter to restart.\n");
    });
  }
}
