import { regionIn, textOfRegion, type Region } from "../client/vocabulary";
import { RegionStage } from "./region-stage";
import { screenNow } from "./screen";
import { common } from "./words";

const button = (word: string, pressed: () => void): JQuery =>
  $("<button>", { type: "button", class: "red-ui-button" })
    .text(common(`button.${word}`))
    .on("click", pressed);

/**
 * Shows what is on the screen of the chosen device, and lets a person draw a region on it. Escape closes, Enter takes.
 * @param form what it belongs to and is gone with.
 * @param take is called with the region that was chosen; undefined is all of the picture.
 */
function pickRegion(form: JQuery, present: Region | undefined, take: (region: Region | undefined) => void): void {
  const closed = new AbortController();
  const dialog = document.createElement("dialog");
  const note = $("<div>", { class: "pikvm-region-note" });
  const numbers = $("<output>");
  const stage = new RegionStage(present, (region) => numbers.text(textOfRegion(region) || common("region.all")));

  const use = (): void => {
    if (!stage.isReady) return;
    take(stage.region);
    dialog.close();
  };
  const useButton = button("useRegion", use);
  const cancelButton = button("cancel", () => dialog.close());
  const newButton = button("newPicture", () => void load());

  async function load(): Promise<void> {
    for (const each of [useButton, newButton]) each.prop("disabled", true);
    note.text(common("region.asking")).removeClass("pikvm-warning");
    try {
      await stage.show(await screenNow(closed.signal));
      note.text(common("region.hint"));
    } catch (error) {
      note.addClass("pikvm-warning").text(error instanceof Error ? error.message : String(error));
    }
    newButton.prop("disabled", false);
    useButton.prop("disabled", !stage.isReady);
    (stage.isReady ? stage.element : cancelButton).trigger("focus");
  }

  const buttons = $("<div>", { class: "pikvm-region-buttons" }).append(newButton, cancelButton, useButton);
  $(dialog)
    .addClass("pikvm-region")
    .append(stage.element, $("<div>", { class: "pikvm-region-foot" }).append(note, numbers, buttons))
    .on("keydown", (event) => {
      // The editor has shortcuts of its own for keys that nobody stops.
      event.stopPropagation();
      if (event.key !== "Enter" || $(event.target).is("button")) return;
      event.preventDefault();
      use();
    })
    .on("close", () => {
      closed.abort();
      dialog.remove();
    })
    .appendTo(form);
  dialog.showModal();
  void load();
}

/** Adds the button that picks the region of a field on a picture of the screen. */
export function addRegionButton(input: JQuery, read: () => string, write: (text: string) => void): JQuery {
  const pick = button("pickRegion", () => {
    const take = (region: Region | undefined): void => write(textOfRegion(region));
    pickRegion(input.closest(".pikvm-form"), regionIn(read()), take);
  });
  return pick.attr("id", `${String(input.attr("id"))}-pick`).appendTo(input.closest(".form-row"));
}

/** The same for a typed input. A region that comes from elsewhere has no button. */
export function prepareRegion(input: JQuery): void {
  const write = (text: string): void => {
    input.typedInput("value", text);
  };
  const pick = addRegionButton(input, () => input.typedInput("value"), write);
  const show = (): void => void pick.toggle(input.typedInput("type") === "str");
  input.on("change", show);
  show();
}
