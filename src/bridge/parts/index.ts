import type { Part } from "../entity";
import { device } from "./device";
import { drive } from "./drive";
import { gpio } from "./gpio";
import { keyboard } from "./keyboard";
import { power } from "./power";
import { screen } from "./screen";
import { kvmSwitch } from "./switch";

/** In the order in which Home Assistant is told of them. */
export const PARTS: readonly Part[] = [power, keyboard, drive, screen, kvmSwitch, gpio, device];
