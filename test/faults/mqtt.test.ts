import { House } from "../bridge/house";
import { Life } from "./mqtt-life";
import { faults, isWanted, noted } from "./suite";

const house = new House();

/** Acts one right after the other, before it is looked at what there is. */
const IN_A_ROW = 3;

faults(
  "whatever happens, what is on the broker and in Home Assistant is right",
  { short: 3, long: 300 },
  async (random, cases) => {
    await house.built();
    const simulator = await house.simulator();
    const life = new Life(house, simulator);
    await life.deploy();
    const names = Object.keys(life.acts).filter(isWanted);
    const wrong: string[] = [];
    const counts: Record<string, number> = {};
    for (let tried = 0; tried < cases; tried += 1) {
      const done: string[] = [];
      try {
        await house.until(() => life.wrong());
        for (let act = 0; act < IN_A_ROW; act += 1) {
          const name = random.pick(names);
          done.push(name);
          counts[name] = (counts[name] ?? 0) + 1;
          await life.acts[name]?.(random);
        }
        await house.until(() => life.wrong());
      } catch (error) {
        wrong.push(noted(`${done.join(", ")}: ${String(error)}`));
        house.homeAssistant.log.length = 0;
      }
    }
    return { figures: counts, wrong };
  },
);
