import { button } from "./form";
import { ScreenStage, type Tool } from "./screen-stage";
import { common } from "./words";

interface PictureOptions {
  /** What the window is for. */
  title: string;
  /** Gets a picture. @throws Error with the reason, for people. */
  ask: (signal: AbortSignal) => Promise<Blob>;
  /** What is done with the tool, and how. */
  hint?: string;
  tool?: Tool;
  /** What is said of the picture, and of what the tool has chosen on it. */
  describe: (picture: Blob, stage: ScreenStage) => string;
  /** Called when what was chosen is to be used. */
  take?: () => void;
}

/** Shows what is on the screen now, in a window above the dialog of a node. Escape closes it, Enter takes. */
export function showPicture(opener: JQuery, { title, ask, hint = "", tool, describe, take }: PictureOptions): void {
  const closed = new AbortController();
  const dialog = document.createElement("dialog");
  const note = $("<div>", { class: "pikvm-picture-note", role: "status" });
  const words = $("<output>");
  let picture: Blob | undefined;
  const stage = new ScreenStage(title, tool, () => words.text(picture ? describe(picture, stage) : ""));

  const use = (): void => {
    if (!take || !stage.size) return;
    take();
    dialog.close();
  };
  const useButton = button("use", use).toggle(take !== undefined);
  const closeButton = button(take ? "cancel" : "close", () => dialog.close());
  const newButton = button("newPicture", () => void load());

  async function load(): Promise<void> {
    for (const each of [useButton, newButton]) each.prop("disabled", true);
    note.text(common("picture.asking")).removeClass("pikvm-warning");
    try {
      picture = await ask(closed.signal);
      await stage.show(picture);
      note.text(hint);
    } catch (error) {
      note.addClass("pikvm-warning").text(error instanceof Error ? error.message : String(error));
    }
    newButton.prop("disabled", false);
    useButton.prop("disabled", !stage.size);
    (stage.size && tool ? stage.element : closeButton).trigger("focus");
  }

  const buttons = $("<div>", { class: "pikvm-picture-buttons" }).append(newButton, closeButton, useButton);
  $(dialog)
    .addClass("pikvm-picture")
    .attr("aria-label", title)
    .append(stage.element, $("<div>", { class: "pikvm-picture-foot" }).append(note, words, buttons))
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
      opener.trigger("focus");
    })
    .appendTo(opener.closest(".pikvm-form"));
  dialog.showModal();
  void load();
}
