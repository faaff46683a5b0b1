import type { MacroStep } from "../../src/client/hid/macro";
import { shortNameOf } from "../../src/client/vocabulary";
import { wordsOf } from "../../src/editor/words";

const ATX = { power: "step.power", power_long: "step.power_long", reset: "step.reset" } as const;

const words = wordsOf("hid-macro");
const buttonWords = wordsOf("hid-mouse");

/** Characters of a text that are shown. */
const MAX_TEXT = 60;
/** Stands for a text until the catalogue has done its work, which would else read what is in the text too. */
const MARK = "\uFFFC";

interface Place {
  x: number;
  y: number;
}

/** `step.<key>` with a text in it, which is cut when it is long. */
export function said(key: string, text: string): string {
  const characters = Array.from(text.replace(/\r\n|[\r\n]/g, "↵"));
  const short = characters.length > MAX_TEXT ? `${characters.slice(0, MAX_TEXT).join("")}…` : characters.join("");
  return words(`step.${key}`, { text: MARK }).split(MARK).join(short);
}

const seconds = (millis: number): number => Math.round(millis / 10) / 100;
const percent = (position: number): number => Math.round(((position + 32_768) / 65_535) * 100);
const inPercent = ({ x, y }: Place) => ({ x: percent(x), y: percent(y) });

/**
 * A step in plain words.
 * @param more of several steps that are shown as one: where the mouse is that clicks, how far it was pushed.
 */
export function saidOf(step: MacroStep, more: { to?: Place | undefined; far?: Place } = {}): string {
  switch (step.event_type) {
    case "delay":
      return words("step.wait", { seconds: seconds(step.event.millis) });
    case "delay_random": {
      const { min, max } = step.event.range;
      return words("step.waitBetween", { min: seconds(min), max: seconds(max) });
    }
    case "print":
      return said("type", step.event.text);
    case "key": {
      const { key, state, finish } = step.event;
      if (state) return said(finish ? "press" : "hold", shortNameOf(key));
      return said("release", shortNameOf(key));
    }
    case "mouse_button":
      return saidOfButton(step.event, more);
    case "mouse_move":
      return words("step.move", inPercent(step.event.to));
    case "mouse_move_random":
      return words("step.moveRandom");
    case "mouse_relative":
      return words("step.push", { ...more.far });
    case "mouse_wheel":
      return words("step.turn", { ...more.far });
    case "atx_button":
      return words(ATX[step.event.button]);
    case "gpio_switch":
      return said(step.event.state ? "relayOn" : "relayOff", step.event.channel);
    case "gpio_pulse":
      return said("relayPulse", step.event.channel);
  }
}

function saidOfButton({ button: name, state }: { button: string; state: boolean }, more: { to?: Place | undefined }) {
  const button = buttonWords(`button.${name}`);
  if ("to" in more)
    return more.to ? words("step.click", { button, ...inPercent(more.to) }) : words("step.clickHere", { button });
  return words(state ? "step.holdButton" : "step.releaseButton", { button });
}
