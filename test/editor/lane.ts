import { HAS_DARK_THEME } from "./editor";

/**
 * Nothing may depend on an editor that is at the root and lets everybody in: on the older line somebody has to log in,
 * on the newer one it is below a path.
 */
export const LANE = HAS_DARK_THEME ? { adminRoot: "/red" } : { hasLogin: true };
