/** The fields of a posted form. Any other kind of body has none, as kvmd's framework sees it. */
export function formFields(contentType: string | undefined, body: Buffer): Map<string, string> {
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "application/octet-stream";
  if (type === "application/x-www-form-urlencoded") return firstValues(new URLSearchParams(body.toString("utf8")));
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType ?? "")?.[1];
  if (type === "multipart/form-data" && boundary !== undefined) return firstValues(multipart(body, boundary));
  return new Map();
}

function* multipart(body: Buffer, boundary: string): Generator<[string, string]> {
  for (const part of body.toString("utf8").split(`--${boundary}`)) {
    const headersEnd = part.indexOf("\r\n\r\n");
    const name = /\bname="([^"]*)"/i.exec(part.slice(0, Math.max(0, headersEnd)))?.[1];
    if (name !== undefined) yield [name, part.slice(headersEnd + 4).replace(/\r\n$/, "")];
  }
}

function firstValues(fields: Iterable<[string, string]>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of fields) if (!found.has(name)) found.set(name, value);
  return found;
}
