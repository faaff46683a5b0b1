import type { EditorRED } from "node-red";

declare global {
  /** Node-RED's editor API: a global of the page that our scripts are loaded into. */
  const RED: EditorRED;
}

// What both editors (4.x and 5.x) have and @types/node-red__editor-client 1.3 does not know.
declare module "@node-red/editor-client" {
  interface Utils {
    /** True, or why the value cannot be of the type. */
    validateTypedProperty(value: string, type: string, opt: object): true | string;
  }

  interface WidgetTypedInputTypeDefinition {
    /** Opens an editor for the value; `this` is the typed input itself. */
    expand?: ((this: { value(): string; value(value: string): void }) => void) | undefined;
  }
}
