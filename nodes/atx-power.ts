import { defineAction } from "../src/runtime/action";
import { performPower, powerAction, powerFields } from "../src/runtime/power";

export = defineAction("pikvm-atx-power", {
  fields: { action: powerAction, ...powerFields },
  async perform({ pikvm, fields, signal }) {
    const { action } = fields;
    return { action, ...(await performPower(pikvm.power, action, fields, signal)) };
  },
});
