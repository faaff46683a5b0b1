/** Of the page at `/simulator`. */
export const STYLE = `
  :root { color-scheme: light dark; --page: #f4f6f5; --card: #fff; --edge: #d9e0de; --ink: #1c2624; --quiet: #5c6a67;
    --accent: #2f6b5e; --warm: #9a4b00; }
  @media (prefers-color-scheme: dark) {
    :root { --page: #161a1a; --card: #1f2525; --edge: #36403e; --ink: #e4ebe9; --quiet: #9aa8a5; --accent: #7ac4b2; --warm: #ffb067; }
  }
  * { box-sizing: border-box; }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 0 auto; max-width: 82rem; padding: 1.2rem; }
  header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin-bottom: 1rem; }
  h1 { font-size: 1.25rem; font-weight: 600; margin: 0; }
  header p { margin: 0; color: var(--quiet); }
  main, .cards { display: grid; gap: .9rem; }
  .cards { grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
  section { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: .8rem 1rem; min-width: 0; }
  #monitor { padding: 0; overflow: hidden; align-self: start; }
  @media (max-width: 560px) { body { padding: .7rem; } }
  @media (min-width: 1100px) {
    main { grid-template-columns: minmax(0, 1fr) 19rem; grid-template-rows: auto 1fr; }
    .side { grid-column: 2; grid-row: 1 / span 2; align-content: start; }
  }
  h2 { font-size: .78rem; font-weight: 600; color: var(--quiet); margin: 0 0 .5rem; }
  .glass { position: relative; container-type: inline-size; aspect-ratio: 16 / 9; background: #0b0e12; }
  /* 80 columns of 0.6 em and 25 rows fill it, as they fill the picture that the device takes. */
  #screen { margin: 0; height: 100%; overflow: hidden; color: #d5e0ea; font: 2.05cqw/1.09 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; padding: .2cqw .8cqw; }
  #screen b { font-weight: 400; animation: blink 1.1s steps(1) infinite; }
  @keyframes blink { 50% { opacity: 0; } }
  #dark { position: absolute; inset: 0; margin: 0; display: grid; place-items: center; color: #93a0ab; }
  #dark[hidden] { display: none; }
  footer { display: flex; flex-wrap: wrap; align-items: center; gap: .2rem 1.2rem; padding: .5rem 1rem; min-height: 2.6rem; }
  .led { display: inline-block; width: .75rem; height: .75rem; border-radius: 50%; background: var(--edge); margin-right: .45rem; vertical-align: -1px; }
  .led.on { background: #2fbf4f; box-shadow: 0 0 8px #2fbf4f; }
  .led.hdd.on { background: #f0a020; box-shadow: 0 0 8px #f0a020; }
  #keys { margin-left: auto; display: flex; gap: .3rem; }
  .controls { display: grid; grid-template-columns: 1fr auto; gap: .4rem .6rem; align-items: center; }
  .controls button { grid-column: 1 / -1; }
  .controls #network { grid-column: 1; }
  button { font: inherit; color: var(--accent); background: none; border: 1px solid var(--edge); border-radius: 6px; padding: .3rem .6rem; text-align: left; cursor: pointer; }
  button:hover, button:focus-visible { border-color: var(--accent); }
  button[aria-pressed="true"] { color: var(--warm); border-color: var(--warm); }
  button:disabled { color: var(--quiet); cursor: default; border-color: var(--edge); }
  input { font: inherit; width: 3.6rem; padding: .2rem .3rem; }
  #trouble:empty { display: none; }
  #trouble { margin: .5rem 0 0; color: var(--quiet); font-size: .87rem; }
  #typed { margin: 0; max-height: 7.5em; overflow: auto; white-space: pre-wrap; word-break: break-word; font: 13px/1.45 ui-monospace, monospace; }
  ul { list-style: none; margin: 0; padding: 0; }
  li { border-top: 1px solid var(--edge); padding: .2rem 0; display: flex; gap: .6rem; }
  li > :last-child { margin-left: auto; }
  li:first-child { border: 0; }
  #ports .led { align-self: center; margin-right: 0; }
  li.active { font-weight: 600; color: var(--accent); }
  .channels { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0 .7rem; }
  .channels > * { white-space: nowrap; }
  #drive, #typed { padding: .2rem 0; }
  #typed.quiet { font: inherit; }
  .quiet { color: var(--quiet); font-weight: 400; }
  kbd { border: 1px solid var(--edge); border-radius: 4px; padding: 0 .35rem; font: 12px/1.7 ui-monospace, monospace; }
`;
