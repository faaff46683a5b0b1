/**
 * Where a page of docs/ is read by somebody who has only the package: in the `repository` of package.json. Without one
 * it is the package's page, which is all that there is.
 */
export function docsAt({ name, repository }) {
  const home = (repository?.url ?? "").replace(/^git\+/, "").replace(/\.git$/, "");
  return (page) => (home === "" ? `https://www.npmjs.com/package/${name}` : `${home}/blob/HEAD/docs/${page}`);
}
