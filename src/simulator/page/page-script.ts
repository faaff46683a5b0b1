/** Of the page at `/simulator`. */
export const SCRIPT = `
  const POLL_MS = 300;
  const at = (id) => document.getElementById(id);
  const element = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
  const size = (bytes) => bytes < 1e6 ? Math.ceil(bytes / 1e3) + " kB" : (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0) + " MB";
  const ago = (ms) => ms < 60000 ? Math.floor(ms / 1000) + " s ago" : Math.floor(ms / 60000) + " min ago";
  const led = (on, title) => Object.assign(element("i", "", on ? "led on" : "led"), { title });
  const row = (text, ...rest) => { const item = element("li", text); item.append(...rest); return item; };
  const list = (id, rows) => at(id).replaceChildren(...(rows.length ? rows : [element("li", "None yet", "quiet")]));
  const press = (id, isPressed, text) => { at(id).textContent = text; at(id).setAttribute("aria-pressed", String(isPressed)); };
  let shown, fingerprint, said = "";

  function showScreen(state) {
    const text = state.screen.join("\\n");
    const dark = !state.plugged ? "unplugged" : state.asleep ? "asleep" : state.leds.power ? "" : "off";
    at("dark").textContent = text ? "" : dark;
    at("dark").hidden = text !== "" || dark === "";
    if (at("screen").dataset.text === text) return;
    at("screen").dataset.text = text;
    at("screen").replaceChildren(text, ...(text ? [element("b", "\\u2588")] : []));
  }

  function showTrouble({ plugged, device }) {
    press("plug", !plugged, plugged ? "Pull the computer's power plug" : "Put the power plug back");
    press("signal", !device.signal, device.signal ? "Unplug the video cable" : "Plug the video cable in");
    const left = Math.ceil(device.outage / 1000);
    press("network", left > 0, left > 0 ? "Network broken: " + left + " s" : "Break the network");
    press("kvmd", !device.running, device.running ? "Restart kvmd" : "kvmd restarts …");
    at("certificate").disabled = device.fingerprint === "";
    fingerprint ??= device.fingerprint;
    if (fingerprint !== device.fingerprint) said = "The certificate's SHA-256 is now " + device.fingerprint.slice(0, 23) + "… Who has pinned the old one is refused.";
    at("trouble").textContent = said;
  }

  function show(state) {
    shown = state;
    at("link").textContent = state.sessions + (state.sessions === 1 ? " client listens" : " clients listen") + " to the device's events";
    at("power").classList.toggle("on", state.leds.power);
    at("hdd").classList.toggle("on", state.leds.hdd);
    const locks = Object.entries(state.locks).filter(([, on]) => on).map(([name]) => name + " lock");
    at("keys").replaceChildren(...[...locks, ...state.held].map((key) => element("kbd", key)));
    showScreen(state);
    showTrouble(state);
    const drive = state.drive;
    at("drive").replaceChildren(
      element("div", drive ? drive.image : "No medium", drive ? "" : "quiet"),
      element("div", drive ? (drive.cdrom ? "CD-ROM" : drive.writable ? "Flash, writable" : "Flash, read-only") + ", " + size(drive.size) : "", "quiet"),
    );
    at("relay-card").hidden = state.relays.length === 0;
    list("relays", state.relays.map(({ label, channels }) => {
      const all = element("span", "", "channels");
      for (const { type, channel, on } of channels) {
        const one = element("span", "", "quiet");
        one.append(led(on, channel), channel + (type === "input" ? " (input)" : ""));
        all.append(one);
      }
      return row(label, all);
    }));
    at("port-card").hidden = state.ports.length === 0;
    list("ports", state.ports.map(({ name, on, active }, index) => {
      const item = element("li", "");
      item.append(led(on, "power"), index + 1 + " " + (name || "Host " + (index + 1)), element("span", active ? "chosen" : "", "quiet"));
      item.className = active ? "active" : "";
      return item;
    }));
    list("presses", state.presses.map(({ line, age, duration }) =>
      row(line === "power" ? "Power" : "Reset", element("span", duration === null ? "held …" : (duration / 1000).toFixed(1) + " s, " + ago(age), "quiet"))).reverse());
    const typed = state.typed || "Nothing yet";
    if (at("typed").textContent !== typed) {
      at("typed").className = state.typed ? "" : "quiet";
      at("typed").textContent = typed;
      at("typed").scrollTop = at("typed").scrollHeight;
    }
  }

  async function control(order) {
    try {
      const answer = await fetch("simulator/control", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) });
      said = answer.ok ? "" : await answer.text();
    } catch {
      said = "The simulator does not answer.";
    }
    at("trouble").textContent = said;
  }
  at("plug").onclick = () => control({ control: "plug", on: !shown.plugged });
  at("signal").onclick = () => control({ control: "signal", on: !shown.device.signal });
  at("network").onclick = () => control({ control: "network", seconds: Number(at("seconds").value) });
  at("kvmd").onclick = () => control({ control: "kvmd" });
  at("certificate").onclick = () => control({ control: "certificate" });

  async function poll() {
    try {
      show(await (await fetch("simulator/state", { cache: "no-store" })).json());
    } catch {
      at("link").textContent = "The simulator does not answer. If its certificate was changed, reload this page to accept the new one.";
    }
    setTimeout(poll, POLL_MS);
  }
  poll();
`;
