/**
 * Loaded into a process before all else: a call that writes a file fails, or the process is killed in the middle of it.
 * `HOLDFAST_FAULT` names the function of `node:fs` and an error code, or `kill`: `writeFileSync ENOSPC`.
 * With `HOLDFAST_MEANWHILE`, a line is appended to that file as soon as it has been read.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { HOLDFAST_FAULT: fault, HOLDFAST_MEANWHILE: edited } = process.env;

if (fault) {
  const [name, outcome] = fault.split(" ");
  const original = fs[name];
  fs[name] = (...given) => {
    const [target, data] = given;
    const concerned = typeof target === "number" || String(target).endsWith(".tmp");
    if (!concerned) return original(...given);
    if (name === "writeFileSync") original(target, data.slice(0, data.length / 2));
    if (outcome === "kill") process.kill(process.pid, "SIGKILL");
    throw Object.assign(new Error(outcome), { code: outcome });
  };
}

if (edited) {
  const { readFileSync, appendFileSync } = fs;
  let isEdited = false;
  fs.readFileSync = (...given) => {
    const content = readFileSync(...given);
    if (!isEdited && String(given[0]).endsWith(edited)) {
      isEdited = true;
      appendFileSync(given[0], "// typed meanwhile\n");
    }
    return content;
  };
}

syncBuiltinESMExports();
