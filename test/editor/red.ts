/**
 * The parts of the editor's page that these tests look at from within; what runs in the page is handed over as
 * functions.
 */
export interface EditorNode {
  [property: string]: unknown;
  id: string;
  type: string;
  valid: boolean;
  validationErrors?: string[];
  /** Of a config node. */
  users?: EditorNode[];
}

interface Red {
  i18n: { lang: () => string };
  editor: {
    edit(node: unknown): void;
    editConfig(name: string, type: string, id: string): void;
    createEditor: (options: { mode: string; value: string }) => object;
  };
  nodes: {
    getType(type: string): { defaults: Record<string, unknown> } | undefined;
    node(id: string): EditorNode | null;
    import(nodes: object[]): void;
    clear(): void;
    /** Which deploy the page shows; null: none. */
    version(rev: string | null): void;
    dirty(isDirty: boolean): void;
    getWorkspaceOrder(): string[];
    /** @param each goes on as long as it returns true. */
    eachConfig(each: (node: EditorNode) => boolean): void;
  };
  history: { pop(): void; redo(): void; clear(): void };
  sidebar: { help: { show: (type: string, isAsked?: boolean) => void }; info: { refresh: () => void } };
  view: { selection(): { nodes?: EditorNode[] }; redraw(all: boolean): void };
  workspaces: { show(id: string): void };
}

declare global {
  /** Node-RED's editor API; undefined until it is loaded. */
  const RED: Red;
}
