/** What `repository` of package.json says, as a browser opens it; empty when it says nothing. */
export const homeOf = ({ repository }) => (repository?.url ?? "").replace(/^git\+/, "").replace(/\.git$/, "");

/**
 * Where a page of docs/ is read by somebody who has only the package: in the `repository` of package.json. Without one
 * it is the package's page, which is all that there is.
 */
export function docsAt(manifest) {
  const home = homeOf(manifest);
  return (page) => (home === "" ? `https://www.npmjs.com/package/${manifest.name}` : pageAt(home)(`docs/${page}`));
}

const pageAt = (home) => (file) => `${home}/blob/HEAD/${file}`;
const pictureAt = (home) => (file) => `${home}/raw/HEAD/${file}`;

/**
 * README.md as it is also right where there is no repository around it: on npm and in the palette. Its links and
 * pictures lead to `home`, wherever they have led before; to files beside it when that is empty.
 */
export function readmeAt(home, readme, before = "") {
  const moved = (at) => (_, mark, target) => {
    const file = before !== "" && target.startsWith(`${before}/`) ? target.slice(at(before)("").length) : target;
    return /^([a-z]+:|#)/.test(file) ? `${mark}(${file})` : `${mark}(${home === "" ? file : at(home)(file)})`;
  };
  return readme
    .replaceAll(/(!\[[^\]]*\])\(([^)\s]+)\)/g, moved(pictureAt))
    .replaceAll(/((?<!!)\[[^\]]*\])\(([^)\s]+)\)/g, moved(pageAt));
}
