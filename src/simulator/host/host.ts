import { Blinking } from "./blinking";
import { type Clock, Timers } from "../clock";
import { HostKeyboard, type KeyEvent } from "./host-keyboard";
import { HostMouse, type MouseEvent } from "./host-mouse";
import { HostScreen } from "./host-screen";

export interface HostSettings {
  /** Whether the computer runs when the simulator starts. */
  power?: boolean;
  /** From pressing the power button to the power LED, ms. */
  ledDelay?: number;
  /** From a short press while running to the power LED going off, ms: the operating system shuts down. */
  shutdownDelay?: number;
  /** How long the power LED stays dark after a reset, ms. */
  resetDelay?: number;
  /** How long the power button must be held to cut the power, ms. */
  forceOffDelay?: number;
  /** How long the power LED of the sleeping computer takes to blink once, ms. */
  sleepBlink?: number;
  /** The hard-disk LED flickers while the computer runs. Off, so that a test sees only what it caused. */
  hddActivity?: boolean;
  ignoresPowerButton?: boolean;
  /** The operating system does not react to a short press; holding the button still works. */
  ignoresShutdown?: boolean;
  ignoresResetButton?: boolean;
  /**
   * From power to the login prompt when nobody touches anything, ms: firmware, boot menu and kernel take a third each.
   */
  bootTime?: number;
  /**
   * The passphrase of the encrypted disk: a starting system asks for it, and goes on when it is typed. When absent, the
   * disk is not encrypted.
   */
  diskPassphrase?: string;
  /**
   * So often the computer asks keyboard and mouse for a report, ms: 1 at best, 8 (the default) to 10 on full-speed USB
   * and in boot loaders.
   */
  hostPoll?: number;
}

export type Line = "power" | "reset";

export interface Press {
  readonly line: Line;
  /** Clock time of the press. */
  readonly at: number;
  /** How long it was held, ms; null while it is. */
  duration: number | null;
}

/** What the computer sees on its USB port. */
export interface UsbDrive {
  readonly image: string;
  readonly size: number;
  readonly cdrom: boolean;
  readonly writable: boolean;
}

/** What arrived through keyboard and mouse. */
type HostInput = ({ readonly kind: "key" } & KeyEvent) | MouseEvent;

const MAX_PRESSES = 1000;
const MAX_INPUTS = 10_000;

/** The computer behind the device. It outlives kvmd. */
export class Host {
  readonly #clock: Clock;
  readonly keyboard: HostKeyboard;
  readonly mouse: HostMouse;
  readonly screen: HostScreen;
  readonly settings: Required<HostSettings>;
  readonly presses: Press[] = [];
  /** The latest of keyboard and mouse together, in the order in which they arrived. */
  readonly inputs: HostInput[] = [];
  usbDrive: UsbDrive | null = null;
  /** Called whenever an LED changes; the ATX part of kvmd listens here. */
  onLeds: () => void = () => undefined;
  /** Called whenever its power comes or goes, and when it goes to sleep or wakes up. */
  onPower: () => void = () => undefined;
  /** What the last press of a button set going, and what flickers. */
  readonly #reaction: Timers;
  readonly #flicker: Timers;
  readonly #blinking: Blinking;
  #on: boolean;
  #plugged = true;
  #hdd = false;
  readonly #down = new Map<Line, { press: Press; wasOn: boolean }>();

  constructor(clock: Clock, settings: HostSettings = {}) {
    this.#clock = clock;

    const { power = false, ledDelay = 1000, shutdownDelay = 2000, resetDelay = 400, forceOffDelay = 4000 } = settings;
    const { sleepBlink = 1000, hddActivity = false, ignoresPowerButton = false, ignoresShutdown = false } = settings;
    this.settings = {
      ...{ power, ledDelay, shutdownDelay, resetDelay, forceOffDelay, sleepBlink },
      ...{ hddActivity, ignoresPowerButton, ignoresShutdown, ignoresResetButton: settings.ignoresResetButton ?? false },
      bootTime: settings.bootTime ?? 6000,
      diskPassphrase: settings.diskPassphrase ?? "",
      hostPoll: settings.hostPoll ?? 8,
    };
    this.keyboard = new HostKeyboard(clock);
    this.mouse = new HostMouse(clock);
    this.keyboard.onEvent = (event) => this.#note({ kind: "key", ...event });
    this.mouse.onEvent = (event) => this.#note(event);
    this.#reaction = new Timers(clock);
    this.#flicker = new Timers(clock);
    this.#blinking = new Blinking(clock, sleepBlink, () => this.onLeds());
    this.#on = this.settings.power;
    this.screen = this.#attachScreen();
    if (this.#on) {
      this.screen.startRunning();
      this.#startFlicker();
    }
  }

  /**
   * Whether it has power, which is what its power LED shows. Setting it is switching it by hand; switched on, it is
   * awake.
   */
  get power(): boolean {
    return this.#on;
  }

  set power(on: boolean) {
    this.#reaction.clear();
    if (on) this.asleep = false;
    this.#switchTo(on);
  }

  /** Whether it is plugged in: without, it is off, and its buttons do nothing. Plugged in again it stays off. */
  get plugged(): boolean {
    return this.#plugged;
  }

  set plugged(plugged: boolean) {
    this.#plugged = plugged;
    if (!plugged) this.power = false;
  }

  /** Whether it is suspended: its screen is dark and its power LED blinks. Only a computer that runs goes to sleep. */
  get asleep(): boolean {
    return this.#blinking.isRunning;
  }

  set asleep(asleep: boolean) {
    if (!this.#on || asleep === this.asleep) return;
    this.#hdd = false;
    this.#flicker.clear();
    if (asleep) {
      this.screen.stop();
      this.#blinking.start();
      this.onPower();
      return;
    }
    this.#blinking.stop();
    this.screen.startRunning();
    this.#startFlicker();
    this.onLeds();
    this.onPower();
  }

  get leds(): { power: boolean; hdd: boolean } {
    return { power: this.#on && !this.#blinking.isDark, hdd: this.#hdd };
  }

  /** What arrived through the keyboard, read as an en-us layout. */
  get typed(): string {
    return this.keyboard.text;
  }

  get keyEvents(): HostKeyboard["events"] {
    return this.keyboard.events;
  }

  get heldKeys(): string[] {
    return [...this.keyboard.held];
  }

  /** Forgets what was typed and pressed. */
  forget(): void {
    this.keyboard.forget();
    this.mouse.forget();
    this.presses.length = 0;
    this.inputs.length = 0;
  }

  press(line: Line): void {
    const press: Press = { line, at: this.#clock.now(), duration: null };
    this.presses.push(press);
    if (this.presses.length > MAX_PRESSES) this.presses.shift();
    this.#down.set(line, { press, wasOn: this.#on });
    if (line === "reset") this.#reset();
    else this.#pressPower();
  }

  release(line: Line): void {
    const held = this.#down.get(line);
    if (held === undefined) return;
    this.#down.delete(line);
    held.press.duration = this.#clock.now() - held.press.at;
    if (line === "power" && held.wasOn) this.#releasePower();
  }

  /** Ends its timers. */
  close(): void {
    this.#reaction.clear();
    this.#flicker.clear();
    this.#blinking.stop();
    this.screen.stop();
  }

  #note(input: HostInput): void {
    this.inputs.push(input);
    if (this.inputs.length > MAX_INPUTS) this.inputs.splice(0, MAX_INPUTS / 2);
  }

  #attachScreen(): HostScreen {
    const screen = new HostScreen(
      this.#clock,
      {
        medium: () => this.usbDrive?.image ?? null,
        reboot: () => this.screen.start(),
        off: () => (this.power = false),
        sleep: () => (this.asleep = true),
      },
      this.settings.bootTime,
      this.settings.diskPassphrase,
    );
    this.keyboard.onKey = (key, character) => screen.key(key, character, this.keyboard.held);
    return screen;
  }

  #pressPower(): void {
    if (this.settings.ignoresPowerButton || !this.#plugged) return;
    this.#reaction.clear();
    if (!this.#on) this.#reaction.after(this.settings.ledDelay, () => this.#switchTo(true));
    else this.#reaction.after(this.settings.forceOffDelay, () => this.#switchTo(false));
  }

  /** Let go before the force-off: the computer wakes up, or its operating system is asked to shut down. */
  #releasePower(): void {
    if (this.settings.ignoresPowerButton) return;
    this.#reaction.clear();
    if (this.asleep) this.#reaction.after(this.settings.ledDelay, () => (this.asleep = false));
    else if (this.#on && !this.settings.ignoresShutdown)
      this.#reaction.after(this.settings.shutdownDelay, () => this.#switchTo(false));
  }

  #reset(): void {
    if (this.settings.ignoresResetButton || !this.#on) return;
    this.#reaction.clear();
    this.#switchTo(false);
    this.#reaction.after(this.settings.resetDelay, () => this.#switchTo(true));
  }

  #switchTo(on: boolean): void {
    if (this.#on === on || (on && !this.#plugged)) return;
    this.#on = on;
    this.#hdd = false;
    this.#flicker.clear();
    this.#blinking.stop();
    if (on) {
      this.screen.start();
      this.#startFlicker();
    } else this.screen.stop();
    this.onLeds();
    this.onPower();
  }

  #startFlicker(): void {
    if (!this.settings.hddActivity) return;
    this.#flicker.after(this.#hdd ? 150 : 150 + 650 * Math.random(), () => {
      this.#hdd = !this.#hdd;
      this.onLeds();
      this.#startFlicker();
    });
  }
}
