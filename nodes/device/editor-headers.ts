import { common, wordsOf } from "../../src/editor/words";
import { UNSEEN } from "../../src/schema/stored";

const words = wordsOf("device");

/** As many as the node's credentials have places for; a value stays in its place, since no browser reads it again. */
const PLACES = 4;

/** As the editor has a node's credentials: what was typed since the last deploy, and of the rest that it is there. */
export type Credentials = Readonly<Record<string, unknown>>;

/**
 * The rows of the extra headers: names, which the flow keeps, and values, which are inputs of Node-RED's own for its
 * credentials. Rows that are not used yet come one by one.
 */
export function prepareHeaders(list: JQuery, names: readonly string[], credentials: Credentials): void {
  const rows = Array.from({ length: PLACES }, (_, index) => rowOf(index, names[index] ?? "", credentials));
  const add = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
    .append($("<i>", { class: "fa fa-plus" }), " ", document.createTextNode(common("button.add")))
    .on("click", () => {
      rows
        .find((row) => row.css("display") === "none")
        ?.show()
        .find("input")
        .first()
        .trigger("focus");
      add.toggle(rows.some((row) => row.css("display") === "none"));
    });
  for (const [index, row] of rows.entries()) list.append(row.toggle((names[index] ?? "") !== ""));
  list.append($("<li>").append(add.toggle(names.filter((name) => name !== "").length < PLACES)));
}

/** The names by their places. */
export const headersIn = (list: JQuery): string[] => {
  const names = list
    .find("input.pikvm-header-name")
    .get()
    .map((field) => String($(field).val()).trim());
  while (names.at(-1) === "") names.pop();
  return names;
};

/** A value goes with its name: nothing of it is kept. */
export function dropUnnamed(list: JQuery): void {
  for (const row of list.find(".pikvm-header").get()) {
    const [name, value] = $(row)
      .find("input")
      .get()
      .map((field) => $(field));
    if (String(name?.val()).trim() === "") value?.val("");
  }
}

function rowOf(index: number, name: string, credentials: Credentials): JQuery {
  const label = words("label.headers");
  const secret = `header${index + 1}`;
  const typed = credentials[secret];
  const value = typeof typed === "string" ? typed : credentials[`has_${secret}`] === true ? UNSEEN : "";
  return $("<li>", { class: "pikvm-header" }).append(
    $("<input>", { type: "text", class: "pikvm-header-name", placeholder: words("placeholder.headerName") })
      .attr("aria-label", `${label} ${index + 1}: ${words("placeholder.headerName")}`)
      .val(name),
    $("<input>", {
      type: "password",
      id: `node-config-input-${secret}`,
      placeholder: words("placeholder.headerValue"),
    })
      .attr("aria-label", `${label} ${index + 1}: ${words("placeholder.headerValue")}`)
      .val(value),
  );
}
