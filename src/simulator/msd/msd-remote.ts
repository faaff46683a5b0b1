import { get as httpGet, type IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";

import { KvmdError } from "../api/errors";
import { repr } from "../api/python";

const MAX_REDIRECTS = 10;

/** An image on somebody's web server, ready to be read. */
export interface RemoteImage {
  /** What the origin calls it. */
  readonly name: string;
  readonly size: number;
  chunks(): AsyncIterable<Buffer>;
  /** What kvmd's HTTP client says when the body breaks off. */
  complaint(): string;
  close(): void;
}

interface FetchOptions {
  readonly insecure: boolean;
  /** For the connect, s. */
  readonly timeout: number;
}

/** @throws KvmdError of the class that kvmd's HTTP client (aiohttp) would raise. */
export async function fetchImage(url: string, options: FetchOptions): Promise<RemoteImage> {
  if (!URL.canParse(url)) throw new KvmdError("InvalidUrlClientError", url);
  const { response, address } = await follow(url, options, MAX_REDIRECTS);
  // Without a name nothing is downloaded, also where another one is wanted.
  const name = fileNameOf(address, response);
  const size = Number(response.headers["content-length"] ?? NaN);
  if (!Number.isInteger(size)) {
    response.destroy();
    throw new KvmdError("ClientError", "No Content-Length found");
  }
  let received = 0;
  return {
    name,
    size,
    async *chunks() {
      for await (const chunk of response) {
        const bytes = chunk as Buffer; // no encoding was set
        received += bytes.length;
        yield bytes;
      }
    },
    complaint: () =>
      "Response payload is not completed: <ContentLengthError: 400, message='Not enough data to satisfy content " +
      `length header (received ${received} of ${size} bytes).'>`,
    close: () => response.destroy(),
  };
}

/** Of the header `Content-Disposition`, else the last part of the path at the end of all redirects. */
function fileNameOf(address: string, response: IncomingMessage): string {
  const named = dispositionName(response.headers["content-disposition"] ?? "");
  const last = decodeURIComponent(new URL(address).pathname).split("/").at(-1) ?? "";
  const name = [named, last].find(isFileName);
  if (name !== undefined) return name;
  response.destroy();
  throw new KvmdError("ClientError", "Can't determine filename");
}

/** kvmd's HTTP client knows the name by `filename` only: one that is there just as `filename*` does not count. */
function dispositionName(header: string): string {
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"\\,()]+))\s*(?:;|$)/i.exec(header) ?? [];
  return quoted?.replace(/^[\\/]+/, "").replace(/\\(.)/g, "$1") ?? token ?? "";
}

function isFileName(name: string): boolean {
  return !["", ".", "..", "lost+found"].includes(name) && !/[\0/]/.test(name);
}

/** @returns the answer, and the address that gave it. */
async function follow(
  url: string,
  options: FetchOptions,
  redirects: number,
): Promise<{ response: IncomingMessage; address: string }> {
  const response = await request(url, options);
  const { statusCode: status = 0, headers } = response;
  if (status === 200) return { response, address: url };
  response.destroy();
  if ([301, 302, 303, 307, 308].includes(status) && headers.location !== undefined && redirects > 0)
    return follow(new URL(headers.location, url).href, options, redirects - 1);
  throw new KvmdError(
    "ClientResponseError",
    `${status}, message=${repr(response.statusMessage ?? "")}, url=${repr(url)}`,
  );
}

function request(url: string, { insecure, timeout }: FetchOptions): Promise<IncomingMessage> {
  const secure = url.toLowerCase().startsWith("https:");
  return new Promise((resolve, reject) => {
    const connect = secure
      ? httpsGet(url, { rejectUnauthorized: !insecure, timeout: timeout * 1000, agent: false }, resolve)
      : httpGet(url, { timeout: timeout * 1000, agent: false }, resolve);
    connect.on("timeout", () =>
      connect.destroy(new KvmdError("ConnectionTimeoutError", `Connection timeout to host ${url}`)),
    );
    connect.on("error", (error: NodeJS.ErrnoException) => reject(asClientError(error, new URL(url))));
  });
}

function asClientError(error: NodeJS.ErrnoException, { hostname, port, protocol }: URL): KvmdError {
  if (error instanceof KvmdError) return error;
  const address = `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
  const host = `Cannot connect to host ${address} ssl:default`;
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN")
    return new KvmdError("ClientConnectorDNSError", `${host} [Name or service not known]`);
  if (error.code === "ECONNREFUSED")
    return new KvmdError(
      "ClientConnectorError",
      `${host} [Connect call failed ('${hostname}', ${address.split(":").at(-1) ?? ""})]`,
    );
  if (/CERT|SELF_SIGNED|ALTNAME/.test(error.code ?? ""))
    return new KvmdError(
      "ClientConnectorCertificateError",
      `Cannot connect to host ${address} ssl:True [${error.message}]`,
    );
  return new KvmdError("ClientOSError", error.message);
}
