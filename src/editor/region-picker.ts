import { regionIn } from "../client/vocabulary";
import { button, showIf } from "./form";
import { showPicture } from "./picture-dialog";
import { RegionTool } from "./region-tool";
import { tryNow } from "./screen";
import { common } from "./words";

/** Adds the button that picks the region of a field on a picture of the screen. */
export function addRegionButton(input: JQuery, read: () => string, write: (text: string) => void): JQuery {
  const pick = button("pick", () => {
    const tool = new RegionTool(regionIn(read()));
    showPicture(pick, {
      title: common("button.pick"),
      ask: (signal) => tryNow("screen", {}, signal),
      hint: `${common("picture.region")} ${common("picture.keys")}`,
      tool,
      describe: () => tool.text || common("picture.all"),
      take: () => write(tool.text),
    });
  });
  return pick.attr("id", `${String(input.attr("id"))}-pick`).appendTo(input.closest(".form-row"));
}

/** The same for a typed input. A region that comes from elsewhere has no button. */
export function prepareRegion(input: JQuery): void {
  const write = (text: string): void => {
    input.typedInput("value", text);
  };
  const pick = addRegionButton(input, () => input.typedInput("value"), write);
  const update = (): void => showIf(pick, input.typedInput("type") === "str");
  input.on("change", update);
  update();
}
