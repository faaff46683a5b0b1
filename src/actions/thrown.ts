import { PiKVMError } from "../client";

/** Whatever was thrown, as an error of ours: `throw undefined` and errors of other libraries too. */
export function asPiKVMError(thrown: unknown): PiKVMError {
  if (thrown instanceof PiKVMError) return thrown;
  return new PiKVMError(`Unexpected failure: ${reasonOf(thrown)}`, { cause: thrown, code: "UNEXPECTED" });
}

/** Why something failed, in words, whatever was thrown. */
export function reasonOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return "something that cannot be shown was thrown";
  }
}
