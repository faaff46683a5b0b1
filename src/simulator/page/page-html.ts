import { SCRIPT } from "./page-script";
import { STYLE } from "./page-style";

/** The page at `/simulator`: self-contained, in the colours that the viewer's system prefers. */
export const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The computer behind the simulated PiKVM</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>The computer behind the simulated PiKVM</h1><p id="link" role="status">connecting …</p></header>
<main>
  <section id="monitor" aria-label="The computer's screen">
    <div class="glass"><pre id="screen" tabindex="0"></pre><p id="dark" hidden></p></div>
    <footer>
      <span><i class="led" id="power"></i>Power</span><span><i class="led hdd" id="hdd"></i>Disk</span>
      <span id="keys"></span>
    </footer>
  </section>
  <div class="cards side">
    <section><h2>Make trouble</h2>
      <div class="controls">
        <button id="plug"></button>
        <button id="signal"></button>
        <button id="network"></button>
        <label>for <input id="seconds" type="number" min="1" max="3600" value="10"> s</label>
        <button id="kvmd">Restart kvmd</button>
        <button id="certificate">Change the certificate</button>
      </div>
      <p id="trouble" role="status"></p>
    </section>
    <section id="relay-card" hidden><h2>Relays and inputs</h2><ul id="relays"></ul></section>
    <section id="port-card" hidden><h2>Switch ports</h2><ul id="ports"></ul></section>
  </div>
  <div class="cards below">
    <section><h2>USB drive</h2><div id="drive"></div></section>
    <section><h2>Buttons pressed</h2><ul id="presses"></ul></section>
    <section><h2>Typed</h2><pre id="typed"></pre></section>
  </div>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
