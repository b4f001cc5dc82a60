/** A process that looks at one file after the other, as it is asked to: see `helper.mjs`. */

import { createLooker } from "./look.mjs";
import { checkOut } from "./trees.mjs";

const look = createLooker(JSON.parse(process.argv[2]));

process.on("message", ({ tree, path }) => {
  const failure = checkOut(tree);
  process.send(failure === undefined ? look(tree.folder, path) : { findings: [], libraries: [], failure });
});
