/**
 * The words of a device and how they are written, each once, for the client, the nodes and their dialogs in the
 * browser: nothing in this folder imports from outside of it, and nothing needs Node or a page.
 */
export * from "./address";
export * from "./drive";
export * from "./keys";
export * from "./lists";
export * from "./login";
export * from "./macro";
export * from "./mouse";
export * from "./power";
export * from "./requests";
export * from "./screen";
export * from "./states";
export * from "./switch";
