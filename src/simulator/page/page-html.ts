/** The page at `/simulator`: self-contained, in the colours that the viewer's system prefers. */
export const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The computer behind the simulated PiKVM</title>
<style>
  :root { color-scheme: light dark; --edge: #8884; --soft: #8882; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.3rem; font-weight: 600; margin: 0; }
  header p { margin: .2rem 0 1.5rem; opacity: .7; }
  main { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; }
  section { border: 1px solid var(--edge); border-radius: 10px; padding: .8rem 1rem; }
  section.wide { grid-column: 1 / -1; }
  h2 { font-size: .8rem; font-weight: 600; opacity: .6; margin: 0 0 .5rem; }
  .led { display: inline-block; width: .8rem; height: .8rem; border-radius: 50%; background: var(--edge); margin-right: .4rem; }
  .led.power.on { background: #2fbf4f; box-shadow: 0 0 10px #2fbf4f; }
  .led.hdd.on { background: #f0a020; box-shadow: 0 0 10px #f0a020; }
  .leds span + span { margin-left: 1.2rem; }
  pre { margin: 0; min-height: 9rem; max-height: 24rem; overflow: auto; white-space: pre-wrap; word-break: break-word;
    font: 14px/1.45 ui-monospace, monospace; background: #10141a; color: #d5e0ea; border-radius: 6px; padding: .8rem; }
  pre::after { content: "\\2588"; opacity: .6; }
  pre.off { color: #667; }
  ul { list-style: none; margin: 0; padding: 0; }
  li { border-top: 1px solid var(--soft); padding: .15rem 0; display: flex; justify-content: space-between; }
  li:first-child { border: 0; }
  .quiet { opacity: .55; }
  kbd { border: 1px solid var(--edge); border-radius: 4px; padding: 0 .35rem; font: 12px ui-monospace, monospace; }
</style>
</head>
<body>
<header><h1>The computer behind the simulated PiKVM</h1><p id="link">connecting …</p></header>
<main>
  <section><h2>Front panel</h2>
    <p class="leds"><span><i class="led power" id="power"></i>Power</span><span><i class="led hdd" id="hdd"></i>Disk</span></p>
    <div id="keys"></div>
  </section>
  <section><h2>USB drive</h2><div id="drive"></div></section>
  <section><h2>Buttons pressed</h2><ul id="presses"></ul></section>
  <section class="wide"><h2>Typed</h2><pre id="typed"></pre></section>
</main>
<script>
  const at = (id) => document.getElementById(id);
  const element = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
  const size = (bytes) => bytes < 1e6 ? Math.ceil(bytes / 1e3) + " kB" : (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0) + " MB";
  const ago = (ms) => ms < 60000 ? Math.floor(ms / 1000) + " s ago" : Math.floor(ms / 60000) + " min ago";

  function show(state) {
    at("link").textContent = state.sessions + (state.sessions === 1 ? " client listens" : " clients listen") + " to its events";
    at("power").classList.toggle("on", state.leds.power);
    at("hdd").classList.toggle("on", state.leds.hdd);
    at("keys").replaceChildren(...state.held.map((key) => element("kbd", key)));
    const drive = state.drive;
    at("drive").replaceChildren(
      element("div", drive ? drive.image : "No medium", drive ? "" : "quiet"),
      element("div", drive ? (drive.cdrom ? "CD-ROM" : drive.writable ? "Flash, writable" : "Flash, read-only") + ", " + size(drive.size) : "", "quiet"),
    );
    const presses = state.presses.map(({ line, age, duration }) => {
      const row = element("li", line === "power" ? "Power" : "Reset");
      row.append(element("span", duration === null ? "held …" : (duration / 1000).toFixed(1) + " s, " + ago(age), "quiet"));
      return row;
    });
    at("presses").replaceChildren(...(presses.length ? presses.reverse() : [element("li", "None yet", "quiet")]));
    const typed = at("typed");
    if (typed.textContent !== state.typed) {
      typed.textContent = state.typed;
      typed.scrollTop = typed.scrollHeight;
    }
    typed.classList.toggle("off", !state.leds.power);
  }

  async function poll() {
    try {
      show(await (await fetch("simulator/state", { cache: "no-store" })).json());
    } catch {
      at("link").textContent = "the simulator does not answer";
    }
    setTimeout(poll, 500);
  }
  poll();
</script>
</body>
</html>
`;
