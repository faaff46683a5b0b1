import { common } from "./words";

interface Item {
  path?: string;
}

interface PathsOptions {
  /** Suggests paths while one is typed. */
  suggest: Suggest | undefined;
  /** Why a path cannot be used, or undefined. */
  problem: (path: string) => string | undefined;
}

/** An editable list of paths into the device's states. */
export function preparePaths(
  list: JQuery,
  paths: readonly string[],
  { suggest = () => [], problem }: PathsOptions,
): void {
  list.editableList<Item>({
    addButton: common("button.add"),
    removable: true,
    sortable: true,
    height: "auto",
    addItem(container, _index, item) {
      container.siblings("a.red-ui-editableList-item-remove").attr("aria-label", common("button.remove"));
      $("<input>", { type: "text", class: "pikvm-path", placeholder: "atx.leds.power" })
        .val(item.path ?? "")
        .appendTo(container)
        .autoComplete({ search: suggest, minLength: 0 })
        .on("change", function () {
          const reason = problem(String($(this).val()).trim());
          $(this)
            .toggleClass("input-error", reason !== undefined)
            .attr("title", reason ?? "");
        })
        .trigger("change")
        .trigger("focus");
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
