/** What kvmd answers when it refuses: the class and message go into the envelope as they are. */
export class KvmdError extends Error {
  constructor(
    readonly kind: string,
    message: string,
    readonly status = 400,
    /** What else the envelope has. */
    readonly more: Readonly<Record<string, number>> = {},
  ) {
    super(message);
    this.name = kind;
  }
}

export class ValidatorError extends KvmdError {
  constructor(message: string) {
    super("ValidatorError", message);
  }
}

export function unauthorized(): KvmdError {
  return new KvmdError("UnauthorizedError", "Unauthorized", 401);
}

export function forbidden(): KvmdError {
  return new KvmdError("ForbiddenError", "Forbidden", 403);
}

export function unavailable(): KvmdError {
  return new KvmdError("UnavailableError", "Service Unavailable", 503);
}
