/** The languages that Holdfast looks at, as VS Code calls them. */
export const languages = ["typescript", "typescriptreact", "javascript", "javascriptreact"];

/** Files on disk, and those that are not saved yet. */
export const documentSelector = ["file", "untitled"].flatMap((scheme) =>
  languages.map((language) => ({ scheme, language })),
);
