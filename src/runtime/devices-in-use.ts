import type { PiKVM } from "../client";
import type { Device } from "./device";

/** The devices that one node uses, since messages may choose another each time. */
export class DevicesInUse {
  readonly #user: object;
  readonly #onReach: () => void;
  /** By their ids: one that is deployed anew takes the place of the old one. */
  readonly #used = new Map<string, { device: Device; unfollow: () => void }>();

  /** @param onReach is called when one of them is lost or refuses the login, or is back. */
  constructor(user: object, onReach: () => void) {
    this.#user = user;
    this.#onReach = onReach;
  }

  /** To hear of it, without opening anything. */
  follow(device: Device): void {
    const known = this.#used.get(device.id);
    if (known?.device === device) return;
    known?.unfollow();
    this.#used.set(device.id, { device, unfollow: device.reach.follow(this.#onReach) });
  }

  /** As `Device.join`. */
  join(device: Device): Promise<PiKVM> {
    this.follow(device);
    return device.join(this.#user);
  }

  /** Nothing is heard of them any more. */
  async leave(): Promise<void> {
    const used = [...this.#used.values()];
    for (const { unfollow } of used) unfollow();
    await Promise.all(used.map(({ device }) => device.leave(this.#user)));
  }
}
