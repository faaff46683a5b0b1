// The module of a node that Node-RED loads. Everybody's Node-RED does so at each start: it names what there is, from
// the schema, and loads it when it is first used.

/**
 * @param routes what the node's routes.ts has made, if there is one.
 * @param tools the functions of src/schema, as they are built.
 */
export function entryOf(schema, routes, { secretsOf, typeOf }) {
  const { name } = schema;
  const secrets = secretsOf(schema).map((secret) => [secret, { type: "password" }]);
  const kind = {
    type: typeOf(schema),
    options: secrets.length > 0 ? { credentials: Object.fromEntries(secrets) } : {},
    ways: routes.map(({ method, path, permission }) => ({ method, path, permission })),
  };
  const ours = routes.length > 0 ? `require("./${name}/routes.js").routes` : "[]";
  return `\
const { register } = require("../src/runtime/register.js");

module.exports = register(${JSON.stringify(kind, undefined, 2)}, {
  node: () => require("./${name}/node.js"),
  routes: () => ${ours},
});
`;
}
