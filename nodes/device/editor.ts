import { fingerprintIn, isPlain, readAddress } from "../../src/client/vocabulary";
import { checkedIn } from "../../src/editor/checks";
import { Combobox } from "../../src/editor/combobox";
import { prepareConnect } from "../../src/editor/connect";
import { prepareDiscovery } from "../../src/editor/discovery";
import { definitionOf, storedOf } from "../../src/editor/definition";
import { showIf } from "../../src/editor/form";
import { prepareDeeds } from "../../src/editor/grouped-checks";
import { listSource } from "../../src/editor/suggestions";
import { insideProblem, isEnvReference } from "../../src/editor/validate";
import { problemOf } from "../../src/editor/widgets";
import { common, wordsOf } from "../../src/editor/words";
import type { Field } from "../../src/schema/field";
import { fieldsOf, secretsOf } from "../../src/schema/node";
import { isUsed, isWanted, type MayBe } from "../../src/schema/when";

import { dropUnnamed, headersIn, prepareHeaders, type Credentials } from "./editor-headers";
import { DEEDS } from "../deeds";
import { schema } from "./schema";

const words = wordsOf(schema.name);
const input = (name: string): JQuery => $(`#node-config-input-${name}`);

const ADDRESS_PROBLEMS = {
  blank: () => common("reason.blank"),
  unreadable: () => words("reason.address"),
  other: () => words("reason.address"),
  user: () => words("reason.addressUser"),
};

/** Why a text cannot be used, for fields that have rules of their own. */
const PROBLEMS: Record<string, (value: string) => string | undefined> = {
  address(value) {
    const address = readAddress(value);
    return typeof address === "string" ? ADDRESS_PROBLEMS[address]() : undefined;
  },
  // What a new device has; what to do says more than what it must be.
  fingerprint: (value) =>
    value === ""
      ? words("reason.noFingerprint")
      : fingerprintIn(value) === undefined
        ? words("reason.fingerprint")
        : undefined,
};

/** What the node has, or what its open dialog shows. */
const valueIn = (node: object, name: string): string =>
  String(input(name).data("node") === node ? input(name).val() : storedOf(schema, node)[name]);

const mayBe =
  (node: object): MayBe =>
  (name, wanted) =>
    isWanted(valueIn(node, name), wanted);

export const editor = definitionOf(schema, {
  problem(node, name, value) {
    // A password, or another secret.
    if (!(name in schema.fields)) return isEnvReference(value) ? undefined : insideProblem(value);
    const field = schema.fields[name as keyof typeof schema.fields];
    if (!isUsed("when" in field ? field.when : undefined, mayBe(node)) || isEnvReference(value)) return undefined;
    if (name === "fingerprint" && value === "" && isPlain(valueIn(node, "address"))) return undefined;
    const problem = insideProblem(value);
    return problem ?? (PROBLEMS[name] ? PROBLEMS[name](value) : problemOf(field, value, "str", mayBe(node)));
  },
  label: (node) => String(storedOf(schema, node)["address"]) || "pikvm-device",
  prepare(node) {
    for (const [name, field] of fieldsOf(schema)) {
      if (field.kind === "choice")
        input(name)
          .data("node", node)
          .on("change", () => {
            showUsed(node);
          });
      else if (field.kind === "configNode" && !input(name).val()) input(name).val("_ADD_"); // Node-RED's word for none
      else prepareSuggestions(name, field, String((node as { id?: unknown }).id)); // Node-RED's own, of every node
    }
    const { credentials = {} } = node as { credentials?: Credentials }; // Node-RED's own, of every config node
    prepareHeaders($("#pikvm-headers"), storedOf(schema, node)["headers"] as string[], credentials); // as the schema says
    prepareDeeds($("#pikvm-allowed"), DEEDS, storedOf(schema, node)["allowed"] as string[]); // the same
    input("address").data("node", node).on("input change", showUntrusted);
    input("fingerprint").on("change", showUntrusted);
    prepareDiscovery((address) => {
      input("address").val(address).trigger("change");
      input("user").trigger("focus");
    });
    prepareConnect(() => formOf(String((node as { id?: unknown }).id)), trust);
  },
  save(node) {
    dropUnnamed($("#pikvm-headers"));
    node["headers"] = headersIn($("#pikvm-headers"));
    node["allowed"] = checkedIn($("#pikvm-allowed"));
  },
});

/** What the dialog has now; of a stored password that was not changed the mark that Node-RED shows instead. */
function formOf(id: string): { id: string; fields: Record<string, unknown>; secrets: Record<string, unknown> } {
  const valueOf = (name: string): unknown => {
    const field = input(name);
    if (field.is(":checkbox")) return field.is(":checked");
    // What Node-RED has for no config node until the dialog is saved.
    return field.val() === "_ADD_" ? "" : field.val();
  };
  const valuesOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, valueOf(name)]));
  const fields = { ...valuesOf(Object.keys(schema.fields)), headers: headersIn($("#pikvm-headers")) };
  return { id, fields, secrets: valuesOf(secretsOf(schema)) };
}

/** Exactly this certificate, from now on. */
function trust(fingerprint: string): void {
  input("trust").val("fingerprint").trigger("change");
  input("fingerprint").val(fingerprint).trigger("change");
}

/** Shows the rows that the choices leave of use, and the hints of the chosen certificate. */
function showUsed(node: object): void {
  for (const [name, { when }] of fieldsOf(schema)) {
    const row = $(`#pikvm-config-row-${name}`);
    showIf(row.add(row.next(".pikvm-hint")), isUsed(when, mayBe(node)));
  }
  const trust = String(input("trust").val());
  showUntrusted();
  $("[data-trust]").each((_index, row) => showIf($(row), row.dataset["trust"] === trust));
}

/** Says that a new device has to be connected to, as long as its certificate is not known, or that there will be none. */
function showUntrusted(): void {
  const isUnencrypted = isPlain(String(input("address").val()));
  const isUntrusted = input("trust").val() === "fingerprint" && input("fingerprint").val() === "";
  showIf($("#pikvm-untrusted"), isUntrusted && !isUnencrypted);
  showIf($("#pikvm-plain"), isUnencrypted);
}

/** What this device itself has, once it is deployed. */
function prepareSuggestions(name: string, field: Field, device: string): void {
  if (field.kind !== "text" || field.suggest === undefined) return;
  new Combobox(
    input(name),
    listSource(field.suggest, () => device),
  );
}
