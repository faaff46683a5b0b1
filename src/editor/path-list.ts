import { Combobox } from "./combobox";
import type { ListSource } from "./suggestions";
import { common } from "./words";

interface Item {
  path?: string;
}

interface PathsOptions {
  /** What the list of each offers. */
  source: ListSource;
  /** Why a path cannot be used, or undefined. */
  problem: (path: string) => string | undefined;
}

/** An editable list of paths into the device's states. */
export function preparePaths(list: JQuery, paths: readonly string[], { source, problem }: PathsOptions): void {
  list.editableList<Item>({
    addButton: common("button.add"),
    removable: true,
    sortable: true,
    height: "auto",
    removeItem: () => void list.trigger("change"),
    addItem(container, _index, item) {
      container.siblings("a.red-ui-editableList-item-remove").attr("aria-label", common("button.remove"));
      const path = $("<input>", { type: "text", class: "pikvm-path", placeholder: "atx.leds.power" })
        .val(item.path ?? "")
        .appendTo(container)
        .on("change", function () {
          const reason = problem(String($(this).val()).trim());
          $(this)
            .toggleClass("input-error", reason !== undefined)
            .attr("title", reason ?? "");
        })
        .trigger("change");
      new Combobox(path, source);
      // One that was added by the button.
      if (item.path === undefined) path.trigger("focus");
    },
  });
  list.editableList(
    "addItems",
    paths.map((path): Item => ({ path })),
  );
}

export const pathsIn = (list: JQuery): string[] =>
  list
    .find("input.pikvm-path")
    .get()
    .map((field) => String($(field).val()).trim())
    .filter((path) => path !== "");
