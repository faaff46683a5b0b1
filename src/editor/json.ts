/** JSON for people to read; what is none stays as it is. */
export const indented = (json: string): string => rewritten(json, 2);

/** As an input field can hold it. */
export const onOneLine = (json: string): string => rewritten(json, 0);

function rewritten(json: string, indent: number): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, indent);
  } catch {
    return json;
  }
}
