/** Nothing may depend on an editor that is at the root and lets everybody in. */
const WAY = { adminRoot: "/red", hasLogin: true, withMqtt: true };

/** The editor for code that Node-RED has by itself is a third of what a browser has to load. */
export const LANE = { ...WAY, editorTheme: { codeEditor: { lib: "ace" } } };

/** With Node-RED's usual editor for code. */
export const LANE_WITH_CODE = WAY;
