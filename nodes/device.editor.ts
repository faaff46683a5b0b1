import type { DeviceConfig, DeviceCredentials } from "../src/config";
import { prepareCertificate } from "../src/editor/certificate";
import { labelStyle } from "../src/editor/labels";
import { isEnvReference, rangeProblem, validator } from "../src/editor/validate";
import { common, wordsOf } from "../src/editor/words";

const words = wordsOf("device");

/** As the runtime reads it: also with what openssl and our own messages write before it. */
const SHA256 = /^(sha-?256[:=\s]\s*(fingerprint=)?)?([0-9a-f]{2}[:\s]?){31}[0-9a-f]{2}$/i;

/** A bare IPv6 address has no brackets of its own. */
const BARE_IPV6 = /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i;

function parsed(address: string): URL | undefined {
  const host = BARE_IPV6.test(address) ? `[${address}]` : address;
  try {
    return new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `https://${host}`);
  } catch {
    return undefined;
  }
}

/** Host, host:port, [IPv6]:port or an http(s) URL, possibly with a sub-path; no user, query or fragment. */
function addressProblem(address: string): string | undefined {
  const text = address.trim();
  if (text === "") return common("reason.blank");
  if (isEnvReference(text)) return undefined;
  const url = parsed(text);
  if (!url || /\s/.test(text)) return words("reason.address");
  const { protocol, username, password, search, hash } = url;
  if (protocol !== "http:" && protocol !== "https:") return words("reason.address");
  if (username || password) return words("reason.addressUser");
  return search || hash ? words("reason.address") : undefined;
}

const trustIs = (node: object, mode: DeviceConfig["trust"]): boolean => {
  const select = $("#node-config-input-trust");
  const saved = node as DeviceConfig; // validators are called with the node that they belong to
  return (select.data("node") === node ? select.val() : saved.trust) === mode;
};

const checkSeconds = (name: "connectTimeout" | "timeout" | "videoIdle", { min, max } = { min: 0.1, max: 3600 }) =>
  validator(
    () => words(`label.${name}`),
    (_node, value) => {
      const problem = rangeProblem(value, { min, max });
      return problem && common(problem.key, problem.values);
    },
  );

RED.nodes.registerType<DeviceConfig, DeviceCredentials>("pikvm-device", {
  category: "config",
  defaults: {
    name: { value: "" },
    address: {
      value: "",
      validate: validator(
        () => words("label.address"),
        (_node, value) => addressProblem(value),
      ),
    },
    user: { value: "admin" },
    auth: { value: "headers" },
    trust: { value: "system" },
    fingerprint: {
      value: "",
      validate: validator(
        () => words("label.fingerprint"),
        (node, value) =>
          !trustIs(node, "fingerprint") || isEnvReference(value) || SHA256.test(value.trim())
            ? undefined
            : words("reason.fingerprint"),
      ),
    },
    tls: { value: "", type: "tls-config", required: false },
    connectTimeout: { value: "10", validate: checkSeconds("connectTimeout") },
    timeout: { value: "30", validate: checkSeconds("timeout") },
    videoIdle: { value: "30", validate: checkSeconds("videoIdle", { min: 0, max: 86_400 }) },
    readOnly: { value: false },
  },
  credentials: {
    password: { type: "password" },
    totpSecret: { type: "password" },
  },
  label() {
    return this.name || this.address || "pikvm-device";
  },
  labelStyle,
  oneditprepare() {
    $("#node-config-input-trust")
      .data("node", this)
      .on("change", function () {
        const mode = String($(this).val());
        $("[data-trust]").each((_index, row) => void $(row).toggle(row.dataset["trust"] === mode));
      });
    prepareCertificate();
  },
});
