import { type Clock, Timers } from "../clock";
import { Installer } from "./host-installer";
import { EncryptedDisk } from "./host-disk";
import { Console } from "./host-terminal";
import { ROWS } from "../video/picture";

/** What of the computer shows on its screen and is decided there. */
interface Machine {
  /** The name of what is in its USB drive. */
  medium(): string | null;
  reboot(): void;
  off(): void;
  sleep(): void;
}

type Stage = "off" | "firmware" | "setup" | "menu" | "kernel" | "disk" | "installer" | "console";

const RULE = "-".repeat(78);
const MENU_SECONDS = 5;
const KERNEL = [
  "[    0.000000] Linux version 6.12.48-amd64",
  "[    0.412113] ACPI: Interpreter enabled",
  "[    0.981204] usb 1-1: new high-speed USB device: PiKVM Composite Device",
  "[    1.377481] EXT4-fs (sda2): mounted filesystem",
  "[    1.902377] systemd[1]: Hostname set to <debian>.",
  "[    2.350118] systemd[1]: Reached target multi-user.target",
];
/** Of these come before the disk is needed. */
const BEFORE_DISK = 3;
const FIRMWARE_ENTRY = "UEFI Firmware Settings";
const SYSTEM_ENTRY = "Debian GNU/Linux";

/** What the computer shows: firmware, boot menu, a starting system, and then a login prompt. */
export class HostScreen {
  readonly #machine: Machine;
  readonly #bootTime: number;
  readonly #diskPassphrase: string;
  #stage: Stage = "off";
  #console: Console;
  #installer: Installer;
  #disk: EncryptedDisk | undefined;
  #entries: readonly string[] = [];
  #selected = 0;
  /** Seconds or lines so far, whatever the stage counts. */
  #count = 0;
  readonly #timers: Timers;

  /**
   * @param bootTime - ms from power to the login prompt when nobody touches anything.
   * @param diskPassphrase - What the disk is encrypted with; empty when it is not.
   */
  constructor(clock: Clock, machine: Machine, bootTime: number, diskPassphrase: string) {
    this.#machine = machine;
    this.#bootTime = bootTime;
    this.#diskPassphrase = diskPassphrase;
    this.#timers = new Timers(clock);
    this.#console = new Console(machine);
    this.#installer = this.#newInstaller();
  }

  /** Up to 25 lines of up to 80 characters; empty while it is dark. */
  get lines(): readonly string[] {
    switch (this.#stage) {
      case "off":
        return [];
      case "firmware":
        return this.#firmware();
      case "setup":
        return [
          "  Setup Utility",
          `  ${RULE}`,
          "",
          "  System Time          [12:00:00]",
          "  Boot Option #1       [Debian]",
          "  Boot Option #2       [USB]",
          "  Secure Boot          [Disabled]",
          "",
          `  ${RULE}`,
          "  F10: Save and Exit   Esc: Exit",
        ];
      case "menu":
        return this.#menu();
      case "kernel":
      case "disk":
        return this.#loading();
      case "installer":
        return this.#installer.text;
      case "console":
        return this.#console.text;
    }
  }

  /** The power goes on. */
  start(): void {
    this.#enter("firmware");
    this.#timers.after(this.#bootTime / 3, () => this.#showMenu());
  }

  /** It has been running for long. */
  startRunning(): void {
    this.#enter("console");
  }

  stop(): void {
    this.#timers.clear();
    this.#stage = "off";
  }

  /** @param character - What the key types, if anything. */
  key(key: string, character: string | undefined, held: ReadonlySet<string>): void {
    const control = held.has("ControlLeft") || held.has("ControlRight");
    if (control && (held.has("AltLeft") || held.has("AltRight")) && key === "Delete" && this.#stage !== "off")
      this.#machine.reboot();
    else if (this.#stage === "firmware" && (key === "Delete" || key === "F2")) this.#enter("setup");
    else if (this.#stage === "firmware" && (key === "F12" || key === "F11")) this.#showMenu();
    else if (this.#stage === "setup" && (key === "Escape" || key === "F10")) this.start();
    else if (this.#stage === "menu") this.#choose(key);
    else if (this.#stage === "console" && control && key === "KeyC") this.#console.interrupt();
    else if (key === "Backspace") this.#prompt?.backspace();
    else if (character !== undefined) this.#prompt?.type(character);
  }

  /** What reads what is typed now. */
  get #prompt(): Console | EncryptedDisk | Installer | undefined {
    if (this.#stage === "disk") return this.#disk;
    if (this.#stage === "installer") return this.#installer;
    return this.#stage === "console" ? this.#console : undefined;
  }

  #enter(stage: Stage): void {
    this.#timers.clear();
    this.#count = 0;
    this.#stage = stage;
    if (stage === "console") this.#console = new Console(this.#machine);
    if (stage === "installer") this.#installer = this.#newInstaller();
  }

  #newInstaller(): Installer {
    return new Installer(this.#machine, this.#timers, this.#bootTime);
  }

  #firmware(): string[] {
    const medium = this.#machine.medium();
    const usb = medium === null ? ["USB keyboard, USB mouse"] : ["USB keyboard, USB mouse", `USB drive: ${medium}`];
    return [
      "Simulated UEFI BIOS v2.40",
      "",
      "CPU: 4 cores at 2.40 GHz",
      "Memory: 16384 MB OK",
      ...usb,
      "",
      "Press DEL or F2 to enter Setup, F12 for the boot menu",
    ];
  }

  #menu(): string[] {
    const marked = this.#entries.map((entry, index) => `  ${index === this.#selected ? "*" : " "} ${entry}`);
    const left = MENU_SECONDS - this.#count;
    const last = this.#count < 0 ? "" : `  The highlighted entry will be executed automatically in ${left}s.`;
    return [
      "                        GNU GRUB  version 2.12",
      `  ${RULE}`,
      ...marked,
      `  ${RULE}`,
      "",
      "  Use the arrow keys to select, Enter to boot.",
      last,
    ];
  }

  #loading(): string[] {
    const [before, after] = [KERNEL.slice(0, BEFORE_DISK), KERNEL.slice(BEFORE_DISK, this.#count)];
    const shown = [
      ...before.slice(0, this.#count),
      ...(this.#count < BEFORE_DISK ? [] : (this.#disk?.text ?? [])),
      ...after,
    ];
    return ["Loading Linux 6.12.48-amd64 ...", "Loading initial ramdisk ...", ...shown].slice(-ROWS);
  }

  #showMenu(): void {
    this.#enter("menu");
    const medium = this.#machine.medium();
    const usb = medium === null ? [] : [`USB drive: ${medium}`];
    this.#entries = [SYSTEM_ENTRY, `Advanced options for ${SYSTEM_ENTRY}`, ...usb, FIRMWARE_ENTRY];
    this.#selected = 0;
    this.#tick();
  }

  /** The countdown ends in the first entry. */
  #tick(): void {
    this.#timers.after(this.#bootTime / 3 / MENU_SECONDS, () => {
      this.#count += 1;
      if (this.#count < MENU_SECONDS) this.#tick();
      else this.#boot();
    });
  }

  #choose(key: string): void {
    const last = this.#entries.length - 1;
    this.#timers.clear();
    this.#count = -1;
    if (key === "ArrowDown") this.#selected = Math.min(last, this.#selected + 1);
    else if (key === "ArrowUp") this.#selected = Math.max(0, this.#selected - 1);
    else if (key === "Enter" || key === "NumpadEnter") this.#boot();
  }

  #boot(): void {
    const entry = this.#entries[this.#selected] ?? SYSTEM_ENTRY;
    if (entry === FIRMWARE_ENTRY) this.#enter("setup");
    else if (entry.startsWith("USB")) this.#enter("installer");
    else {
      this.#enter("kernel");
      this.#disk =
        this.#diskPassphrase === "" ? undefined : new EncryptedDisk(this.#diskPassphrase, () => this.#unlocked());
      this.#load();
    }
  }

  #load(): void {
    this.#timers.after(this.#bootTime / 3 / KERNEL.length, () => {
      this.#count += 1;
      if (this.#count === BEFORE_DISK && this.#disk?.isLocked) this.#stage = "disk";
      else if (this.#count < KERNEL.length) this.#load();
      else this.#enter("console");
    });
  }

  #unlocked(): void {
    this.#stage = "kernel";
    this.#load();
  }
}
