import { adviceWords, notAllowed, wordsOf } from "./words";

const words = wordsOf("device");

/** As the editor's server answers. */
interface Found {
  devices: { name: string; platform: string; address: string }[];
}

/**
 * Prepares the button that looks for devices on the network.
 * @param take takes the address of the one that is chosen.
 */
export function prepareDiscovery(take: (address: string) => void): void {
  const [button, list] = [$("#pikvm-find"), $("#pikvm-found")];
  const say = (text: string): void => void list.empty().append($("<li>").text(text));

  function show({ devices }: Found): void {
    list.empty();
    if (devices.length === 0) say(words("find.nothing"));
    for (const { name, platform, address } of devices) {
      const choose = $("<button>", { type: "button", class: "red-ui-button" })
        .text([name, address, platform].filter((part) => part !== "").join("  \u00b7  "))
        .on("click", () => {
          list.empty();
          take(address);
        });
      list.append($("<li>").append(choose));
    }
    list.find("button").first().trigger("focus");
  }

  button.on("click", () => {
    say(words("find.asking"));
    button.prop("disabled", true);
    // jQuery's ajax carries the token of a login to the editor.
    $.ajax({ url: "pikvm/find", method: "POST", contentType: "application/json", data: "{}" })
      .done((answer) => show(answer as Found)) // as our own server writes it
      .fail(({ responseJSON, status }) => say(reasonOf(responseJSON, status)))
      .always(() => button.prop("disabled", false));
  });
}

function reasonOf(answer: unknown, status: number): string {
  const { advice } = (answer ?? {}) as { advice?: unknown }; // as above, or something else has answered
  return typeof advice === "string" ? adviceWords(advice) : (notAllowed(status) ?? words("step.failed", { status }));
}
