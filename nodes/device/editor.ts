import { fingerprintIn, readAddress } from "../../src/client/vocabulary";
import { prepareCertificate } from "../../src/editor/certificate";
import { definitionOf, storedOf } from "../../src/editor/definition";
import { insideProblem, isEnvReference } from "../../src/editor/validate";
import { problemOf } from "../../src/editor/widgets";
import { common, wordsOf } from "../../src/editor/words";
import { isUsed, isWanted, type MayBe } from "../../src/schema/when";
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
  fingerprint: (value) => (fingerprintIn(value) === undefined ? words("reason.fingerprint") : undefined),
};

/** What the node has, or what its open dialog shows. */
const mayBe =
  (node: object): MayBe =>
  (name, wanted) =>
    isWanted(String(input(name).data("node") === node ? input(name).val() : storedOf(schema, node)[name]), wanted);

export const editor = definitionOf(schema, {
  problem(node, name, value) {
    // A password, or another secret.
    if (!(name in schema.fields)) return isEnvReference(value) ? undefined : insideProblem(value);
    const field = schema.fields[name as keyof typeof schema.fields];
    if (!isUsed("when" in field ? field.when : undefined, mayBe(node)) || isEnvReference(value)) return undefined;
    const problem = insideProblem(value);
    return problem ?? (PROBLEMS[name] ? PROBLEMS[name](value) : problemOf(field, value, "str", mayBe(node)));
  },
  label: (node) => String(storedOf(schema, node)["address"]) || "pikvm-device",
  prepare(node) {
    input("trust")
      .data("node", node)
      .on("change", function () {
        const trust = String($(this).val());
        $("#pikvm-config-row-tls").toggle(trust === "tls");
        $("[data-trust]").each((_index, row) => void $(row).toggle(row.dataset["trust"] === trust));
      });
    prepareCertificate();
  },
});
