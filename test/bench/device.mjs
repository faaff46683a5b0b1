/**
 * The device of the bench, in a process of its own: its memory and time are not the client's. Told by messages what to
 * do. Arguments: images of its storage, as name=bytes.
 */
import simulator from "../../dist/src/simulator/index.js";

const images = Object.fromEntries(process.argv.slice(2).map((text) => text.split("=")));
for (const name of Object.keys(images)) images[name] = Number(images[name]);
const sim = await simulator.startSimulator({ tls: false, images });
process.on("message", ({ events }) => {
  // Each change of the switch is one event with the full state of the power buttons.
  for (let told = 0; told < events; told += 1) sim.state.atx.enabled = !sim.state.atx.enabled;
});
process.on("disconnect", () => process.exit());
process.send({ url: sim.url });
