import { HAS_DARK_THEME } from "./editor";

/**
 * Nothing may depend on an editor that is at the root and lets everybody in: on the older line somebody has to log in,
 * on the newer one it is below a path.
 */
const WAY = HAS_DARK_THEME ? { adminRoot: "/red" } : { hasLogin: true };

/** The editor for code that Node-RED has by itself is a third of what a browser has to load. */
export const LANE = { ...WAY, editorTheme: { codeEditor: { lib: "ace" } } };

/** With Node-RED's usual editor for code. */
export const LANE_WITH_CODE = WAY;
