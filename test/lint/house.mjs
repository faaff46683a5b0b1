/** A rule of this house that oxlint does not have: what a class keeps to itself is written in one way. */
const privateKeyword = {
  create(context) {
    const check = (node) => {
      if (node.accessibility === "private" && node.kind !== "constructor")
        context.report({ node, message: "Write `#name` for what a class keeps to itself." });
    };
    return { PropertyDefinition: check, MethodDefinition: check, TSParameterProperty: check };
  },
};

export default { meta: { name: "house" }, rules: { "private-keyword": privateKeyword } };
