import { ANSWER_FORMATS, REQUEST_CALLS, REQUEST_METHODS, type RequestConfig } from "../src/config";
import { checkDevice } from "../src/editor/device-row";
import { dialogOf } from "../src/editor/dialog";
import { choice, seconds, text, type MayBe } from "../src/editor/fields";
import { labelStyle, outputLabels } from "../src/editor/labels";
import { wordsOf } from "../src/editor/words";

const words = wordsOf("request");

const custom = (mayBe: MayBe): boolean => mayBe("call", "custom");

const dialog = dialogOf("request", {
  call: choice(REQUEST_CALLS),
  method: choice(REQUEST_METHODS, { used: custom }),
  path: text({ problem: (path) => (/^\/(?!\/)\S*$/.test(path) ? undefined : words("reason.path")), used: custom }),
  query: text({ blank: true }),
  body: text({ blank: true, used: (mayBe) => custom(mayBe) && mayBe("method", "POST", "PATCH", "DELETE") }),
  format: choice(ANSWER_FORMATS, { used: custom }),
  timeout: seconds({ min: 0.1, max: 3600 }),
});

RED.nodes.registerType<RequestConfig>("pikvm-request", {
  category: "PiKVM",
  color: "#7AB8AA",
  icon: "request.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: "" },
    device: { value: "", type: "pikvm-device", validate: checkDevice },
    deviceFromMsg: { value: false },
    call: { value: "info", validate: dialog.check("call") },
    callType: { value: "choice" },
    method: { value: "GET", validate: dialog.check("method") },
    methodType: { value: "choice" },
    path: { value: "/api/info", validate: dialog.check("path") },
    pathType: { value: "str" },
    query: { value: "", validate: dialog.check("query") },
    queryType: { value: "str" },
    body: { value: "payload", validate: dialog.check("body") },
    bodyType: { value: "msg" },
    format: { value: "json", validate: dialog.check("format") },
    formatType: { value: "choice" },
    timeout: { value: "30", validate: dialog.check("timeout") },
    timeoutType: { value: "num" },
  },
  paletteLabel: "request",
  label() {
    if (this.name) return this.name;
    const call = dialog.fixed(this, "call");
    const what = call === "custom" ? dialog.fixed(this, "path") : call;
    return what ? `request: ${what}` : "request";
  },
  labelStyle,
  outputLabels,
  oneditprepare() {
    dialog.prepare(this);
  },
});
