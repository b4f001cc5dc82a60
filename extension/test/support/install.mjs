/**
 * Installs what the editor tests need, once and outside the repository: VS Code as it runs in a browser (code-server,
 * from npm), a Node.js that it runs on (also from npm), and a Chromium.
 *
 *     node extension/test/support/install.mjs
 *
 * Says where everything is, or in one line why the tests cannot run here.
 */

import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const codeServer = "4.139.1";
const node = "24";
const nodePackage = `node-linux-${process.arch}`;

/** Part of the folder's name, to be raised when the steps below change what they make. */
const revision = 2;

/** Why the tests cannot run here: nothing that is wrong, and nothing that could be mended by trying again. */
class Unable extends Error {}

/** What is installed, after installing what is missing. */
function install() {
  if (process.platform !== "linux") throw new Unable("they know how to set up an editor on Linux only");
  const chromium = findChromium() ?? installChromium();
  const folder = editorFolder();
  if (!existsSync(folder)) installEditor(folder);
  return { ...placesIn(folder), chromium };
}

function placesIn(folder) {
  return {
    node: join(folder, "node/node_modules", nodePackage, "bin/node"),
    server: join(folder, "code-server/node_modules/code-server/out/node/entry.js"),
  };
}

function editorFolder() {
  const cache = process.env.HOLDFAST_EDITOR_CACHE || join(homedir(), ".cache", "holdfast-editor");
  return join(resolve(cache), `code-server-${codeServer}-${revision}`);
}

/** Builds in a folder beside the final one, which therefore is there as a whole or not at all. */
function installEditor(folder) {
  removeLeftovers(folder);
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  try {
    installNode(join(partial, "node"));
    installCodeServer(join(partial, "code-server"), join(partial, "node/node_modules", nodePackage));
    moveTo(folder, partial);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** What installations that were interrupted have left. */
function removeLeftovers(folder) {
  const parent = join(folder, "..");
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const [, pid] = /\.(\d+)\.partial$/.exec(name) ?? [];
    if (pid && !isRunning(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Somebody else may have been faster, and theirs is as good. */
function moveTo(folder, partial) {
  try {
    renameSync(partial, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/** The binary comes in a package for each platform, with the headers that native modules are built with. */
function installNode(folder) {
  writePackage(folder);
  npm(folder, ["install", `${nodePackage}@${node}`]);
}

/**
 * Without install scripts, most of which build what the tests have no use for; what has to be done of them is done here.
 */
function installCodeServer(folder, nodeFolder) {
  writePackage(folder);
  const withNode = { PATH: [join(nodeFolder, "bin"), process.env.PATH].join(delimiter) };
  npm(folder, ["install", `code-server@${codeServer}`, "--ignore-scripts"], withNode);
  const vscode = join(folder, "node_modules/code-server/lib/vscode");
  npm(vscode, ["install", "--omit=dev", "--ignore-scripts"], withNode);
  npm(join(vscode, "extensions"), ["install", "--omit=dev"], withNode);
  link(join(vscode, "bin/remote-cli"), "code-server", "code-linux.sh");
  link(join(vscode, "bin/helpers"), "browser.sh", "browser-linux.sh");
  // Logs and output channels stay empty without spdlog; the watchdog ends extension hosts whose server is gone.
  const native = ["@vscode/spdlog", "@vscode/native-watchdog"];
  // `npm run` hands on what the repository says of scripts: there it is right, here it would build nothing, and say so nowhere.
  npm(vscode, ["rebuild", ...native], {
    ...withNode,
    npm_config_nodedir: nodeFolder,
    npm_config_ignore_scripts: "false",
  });
}

function link(folder, name, target) {
  rmSync(join(folder, name), { force: true });
  symlinkSync(target, join(folder, name));
}

function writePackage(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
}

function npm(folder, args, env = {}) {
  run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
}

/** Quiet, unless it fails. */
function run(program, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { ...options, encoding: "utf8" });
  if (status === 0) return;
  const why = error?.message ?? `${stdout}${stderr}`.trim();
  throw new Error(`${program} ${args[0]} failed\n${program} ${args.join(" ")}\n${why}`);
}

function findChromium() {
  const { CHROMIUM } = process.env;
  if (CHROMIUM) {
    if (!isProgram(CHROMIUM)) throw new Error(`CHROMIUM names ${CHROMIUM}, which is no program`);
    return CHROMIUM;
  }
  return ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    .map(programOnPath)
    .find((found) => found !== undefined);
}

function programOnPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installChromium() {
  if (process.getuid?.() !== 0 || programOnPath("apt-get") === undefined)
    throw new Unable("no Chromium was found (on the path, or at CHROMIUM), and only root can install one with apt-get");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], { env });
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], { env });
  const found = findChromium();
  if (found === undefined) throw new Error("apt-get installed chromium, but it is not on the path");
  return found;
}

/**
 * The editor, or undefined after one line that says why there is none. In CI an installation that fails is an error:
 * nobody would see there that the tests did not run.
 */
export function installed() {
  try {
    return install();
  } catch (error) {
    if (!(error instanceof Unable) && process.env.CI) throw error;
    const [reason] = error.message.split("\n");
    console.log(`The editor tests are skipped: ${reason}.`);
    if (!(error instanceof Unable)) console.error(error.message);
    return undefined;
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const editor = installed();
  if (editor) console.log(JSON.stringify(editor, undefined, 2));
}
