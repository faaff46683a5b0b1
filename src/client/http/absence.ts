import { reworded, type APIError } from "../errors";
import { callSince } from "../versions";

/** The error of a call that the device's software does not have yet says so; any other stays as it is. */
export function withAge(error: APIError, path: string): APIError {
  // kvmd itself has no words for it, and neither has a web server that is no PiKVM.
  if (error.statusCode !== 404 || error.error !== "") return error;
  const since = callSince(path);
  if (since === undefined) return error;
  const message = `${error.message} This call takes PiKVM software ${since} or newer; some makers leave it out.`;
  return reworded(error, message);
}
