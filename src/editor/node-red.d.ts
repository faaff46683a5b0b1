import type { EditorRED } from "node-red";
import type { Suggestion } from "./suggest";

declare global {
  /**
   * Finds suggestions for what was typed so far, at once or later: Node-RED hands `done` to a function with two
   * parameters.
   */
  type Suggest = ((typed: string) => Suggestion[]) | ((typed: string, done: (found: Suggestion[]) => void) => void);

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
    /** Enter takes the first. */
    autoComplete?: Suggest | undefined;
    /** Opens an editor for the value; `this` is the typed input itself. */
    expand?: ((this: { value(): string; value(value: string): void }) => void) | undefined;
  }
}

declare global {
  interface JQuery {
    autoComplete(options: { search: Suggest; minLength?: number }): this;
  }
}
