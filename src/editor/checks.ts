interface ChecksOptions {
  /** What stands at the box of a value. */
  shown?: (value: string) => string;
  /** What its id ends with; default the same. */
  id?: (value: string) => string;
}

/** A box for each value; those in `checked` that are not among the values get one as well. */
export function prepareChecks(
  place: JQuery,
  values: readonly string[],
  checked: readonly string[],
  { shown = String, id = shown }: ChecksOptions = {},
): void {
  place.addClass("pikvm-checks");
  for (const value of new Set([...values, ...checked])) {
    const box = $("<input>", {
      type: "checkbox",
      value,
      id: `${String(place.attr("id"))}-${id(value).replaceAll(" ", "-")}`,
    });
    box.prop("checked", checked.includes(value));
    $("<label>")
      .append(box)
      .append(document.createTextNode(shown(value)))
      .appendTo(place);
  }
}

export const checkedIn = (place: JQuery): string[] =>
  place
    .find("input:checked")
    .get()
    .map((box) => String($(box).val()));
