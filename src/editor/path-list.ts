import { suggestFrom } from "./suggest";
import { common } from "./words";

interface Item {
  path?: string;
}

/** An editable list of paths into the device's states; while one is typed, the known ones are suggested. */
export function preparePaths(list: JQuery, known: readonly string[], paths: readonly string[]): void {
  list.editableList<Item>({
    addButton: common("button.add"),
    removable: true,
    sortable: true,
    height: "auto",
    addItem(container, _index, item) {
      $("<input>", { type: "text", class: "pikvm-path", placeholder: known[0] })
        .val(item.path ?? "")
        .appendTo(container)
        .autoComplete({ search: suggestFrom(known), minLength: 0 })
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
