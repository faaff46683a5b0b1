import type { TestContext } from "node:test";
import { PiKVM, type PiKVMOptions } from "../../src/client";

/** Opens the device that the environment names (see run.mjs); it is closed with the test. */
export async function device(t: TestContext, options: Partial<PiKVMOptions> = {}): Promise<PiKVM> {
  const { PIKVM_URL: address = "", PIKVM_USER: user = "", PIKVM_PASSWORD: password = "", ...others } = process.env;
  const { PIKVM_FINGERPRINT: fingerprint = "", PIKVM_TOTP_SECRET: totpSecret = "" } = others;
  const kvm = new PiKVM({
    address,
    user,
    password,
    trust: fingerprint === "" ? "none" : { fingerprint },
    ...(totpSecret === "" ? {} : { totpSecret }),
    ...options,
  });
  await kvm.open();
  t.after(() => kvm.close());
  return kvm;
}
