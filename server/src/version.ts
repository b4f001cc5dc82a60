import ts = require("typescript");
import manifest = require("../package.json");

/** The version of the server. */
export const version: string = manifest.version;

/** What answers questions about types: never the workspace's own copy. */
export const compiler = `TypeScript ${ts.version}, bundled`;
