const TAG = /^( *)<pikvm-([a-z]+)((?: [a-z]+="[^"]*")*)><\/pikvm-\2>$/gm;

/**
 * Replaces each line that is a tag `<pikvm-kind name="..."></pikvm-kind>` by the lines that `parts[kind]` makes of its
 * attributes.
 */
export function expanded(html, parts, where) {
  return html.replace(TAG, (_tag, indent, kind, attributes) => {
    const part = parts[kind];
    if (part === undefined) throw new Error(`${where}: there is no <pikvm-${kind}>`);
    const given = [...attributes.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
    return part(Object.fromEntries(given))
      .map((line) => indent + line)
      .join("\n");
  });
}
