/** A VS Code of its own for a test: nothing that it writes outlives it. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Installation, installed } from "./install.mjs";
import { type RunningProcess, start } from "./processes.js";

export interface Editor {
  /** The origin that it is served from. */
  url: string;
  /** The language servers that run in it. */
  languageServers: () => RunningProcess[];
  /** Holds all that it writes, and is removed with it; tests may write there too. */
  folder: string;
  stop: () => Promise<void>;
}

export interface EditorOptions {
  /** A packed extension to install. */
  vsix?: string;
  /** Whether it asks whom to trust, as it does for its users; else everything is trusted. */
  asksForTrust?: boolean;
}

/** Nothing that asks for attention, nothing that goes to the network. */
const settings = {
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  // What is typed is what is meant.
  "editor.autoClosingBrackets": "never",
  "editor.lightbulb.enabled": "on",
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "files.autoSave": "off",
  "files.exclude": { "**/node_modules": true },
  "git.enabled": false,
  "security.workspace.trust.banner": "always",
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "typescript.disableAutomaticTypeAcquisition": true,
  "update.mode": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** As the extension starts it. */
const isLanguageServer = (command: string) => command.endsWith("/dist/server/main.js --stdio");

/** Where everything is: said by whoever started the tests, or looked up. */
export function installation(): Installation {
  const { HOLDFAST_EDITOR } = process.env;
  const found = HOLDFAST_EDITOR ? (JSON.parse(HOLDFAST_EDITOR) as Installation) : installed();
  if (found === undefined) throw new Error("There is no editor to test in.");
  return found;
}

/** Starts it on a free port, for this machine only. */
export async function startEditor({ vsix, asksForTrust = false }: EditorOptions = {}): Promise<Editor> {
  const { node, server } = installation();
  const folder = await mkdtemp(join(tmpdir(), "holdfast-editor-"));
  const user = join(folder, "data", "User");
  await mkdir(user, { recursive: true });
  await mkdir(join(folder, "tmp"));
  await writeFile(join(user, "settings.json"), JSON.stringify(settings));
  const data = [
    ...["--user-data-dir", join(folder, "data")],
    ...["--extensions-dir", join(folder, "extensions")],
    ...["--config", join(folder, "config.yaml")],
  ];
  const environment = environmentFor(folder, node);
  if (vsix) await promisify(execFile)(node, [server, ...data, "--install-extension", vsix], { env: environment });
  const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"];
  const trust = asksForTrust ? [] : ["--disable-workspace-trust"];
  // A closed window is not kept for the case that it comes back.
  const grace = ["--reconnection-grace-time", "5"];
  const listen = ["--bind-addr", "127.0.0.1:0", "--auth", "none"];
  const program = start(node, [server, ...data, ...listen, ...quiet, ...grace, ...trust], environment);
  const [, url] = await program.line(/HTTP server listening on (http:\/\/[\d.:]+)/);
  return {
    url: url!,
    folder,
    languageServers: () => program.processes().filter(({ command }) => isLanguageServer(command)),
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Where suites find whoever runs them. */
export const socketOf = (folder: string) => join(folder, "suites.sock");

/** Nothing of the environment that the test runner made for its own processes. */
function environmentFor(folder: string, node: string): NodeJS.ProcessEnv {
  const { LANG, PATH } = process.env;
  return {
    HOME: folder,
    TMPDIR: join(folder, "tmp"),
    PATH: [dirname(node), PATH].join(delimiter),
    SHELL: "/bin/sh",
    LANG,
    HOLDFAST_SUITES: socketOf(folder),
  };
}
