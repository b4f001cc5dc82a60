/** Runs suites inside the extension host of the editor, on the extension as it lies in the repository. */

import { build } from "esbuild";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import type { Browser, Page } from "playwright-core";
import { load, newPage, type Opened, picture } from "./browser.js";
import { type Editor, socketOf } from "./editor.js";

const suites = fileURLToPath(new URL("../suites", import.meta.url));
const extension = fileURLToPath(new URL("../..", import.meta.url));

/** A suite as one CommonJS file, for the extension host has no other way to load it. */
export async function bundled(name: string): Promise<string> {
  const result = await build({
    entryPoints: [join(suites, `${name}.suite.ts`)],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    sourcemap: "inline",
    sourceRoot: suites,
    outfile: join(suites, `${name}.cjs`),
  });
  return result.outputFiles[0]!.text;
}

/** The names of a suite's tests, for which nothing of the editor is needed. */
export function namesIn(bundle: string): string[] {
  const module: { exports: { names?: () => string[] } } = { exports: {} };
  const require = (name: string): unknown => (name === "vscode" ? {} : process.getBuiltinModule(name));
  const evaluate = compileFunction(bundle, ["module", "exports", "require"]) as (...given: unknown[]) => void;
  evaluate(module, module.exports, require);
  return module.exports.names!();
}

export interface Host {
  /** Runs one test; throws what it throws, and returns what it has to tell. */
  run: (name: string) => Promise<string | undefined>;
  /** Closes the window, if it is still open. */
  close: () => Promise<void>;
}

/**
 * How often a window is opened. Once in a while the editor is done before it has read its folders; on a busy machine, it
 * may lose its extension host.
 */
const attempts = 3;

/** Opens a window in which a suite waits for its tests to be named. */
export async function startHost(browser: Browser, editor: Editor, opened: Opened, bundle: string): Promise<Host> {
  const script = join(editor.folder, "suite.cjs");
  await writeFile(script, bundle);
  const open = () => again(() => openHost(browser, editor, opened, script));
  let host = await open();
  return {
    run: (name) =>
      again(
        () => host.run(name),
        async (error) => {
          if (!(error instanceof HostEnded)) throw error;
          await host.close();
          host = await open();
        },
      ),
    close: () => host.close(),
  };
}

/** What a step gives, which is tried again where `recover` does not throw. */
async function again<T>(step: () => Promise<T>, recover?: (error: unknown) => Promise<void>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      if (attempt === attempts) throw error;
      await recover?.(error);
    }
  }
}

const ended = { value: undefined, done: true } as const;

/** Nothing runs tests in the window any more. */
class HostEnded extends Error {
  constructor() {
    super("The extension host has ended.");
  }
}

async function openHost(browser: Browser, editor: Editor, opened: Opened, script: string): Promise<Host> {
  const connections: Socket[] = [];
  const server = createServer((socket) => connections.push(socket)).listen(socketOf(editor.folder));
  await once(server, "listening");
  const page = await newPage(browser);
  try {
    const connection = await connect(page, editor, opened, script, server);
    return hostOf(page, connection, server);
  } catch (error) {
    for (const connection of connections) connection.destroy();
    server.close();
    await page.context().close();
    throw error;
  }
}

/** Loads the window, and waits for what runs in its extension host to say hello. */
async function connect(page: Page, editor: Editor, opened: Opened, script: string, server: Server): Promise<Socket> {
  await allowSuites(page);
  // Only a list of folders that was read before is sure to be there at once.
  if ("workspace" in opened) await load(page, editor, opened);
  const remote = (path: string) => `vscode-remote://${new URL(editor.url).host}${path}`;
  const connected = once(server, "connection") as Promise<[Socket]>;
  await load(page, editor, opened, [
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(script)],
  ]);
  const [connection] = await connected;
  return connection;
}

function hostOf(page: Page, connection: Socket, server: Server): Host {
  const lines = createInterface(connection)[Symbol.asyncIterator]();
  return {
    async run(name) {
      connection.write(`${JSON.stringify(name)}\n`);
      // A host that is killed may reset its connection.
      const { value, done } = (await lines.next().catch(() => ended)) as IteratorResult<string, undefined>;
      if (done) throw new HostEnded();
      const { failure, told } = JSON.parse(value) as { failure?: { message: string; stack: string }; told?: string };
      if (failure === undefined) return told;
      await picture(page, `failed ${name.replaceAll(/\W+/g, " ")}`);
      throw Object.assign(new Error(failure.message), { stack: failure.stack });
    },
    async close() {
      connection.end();
      await page.context().close();
      server.close();
    },
  };
}

/**
 * An editor that was built for use runs suites only if the page that it is loaded from says so, and expects the page to
 * take in what suites report.
 */
async function allowSuites(page: Page): Promise<void> {
  await page.exposeFunction("codeAutomationLog", () => undefined);
  await page.exposeFunction("codeAutomationExit", () => undefined);
  await page.addInitScript(`
    const allow = () => {
      const meta = document.getElementById("vscode-workbench-web-configuration");
      if (!meta || meta.dataset.allowed) return;
      meta.dataset.allowed = "yes";
      const settings = JSON.parse(meta.dataset.settings);
      settings.developmentOptions = { ...settings.developmentOptions, enableSmokeTestDriver: true };
      meta.dataset.settings = JSON.stringify(settings);
    };
    new MutationObserver(allow).observe(document, { childList: true, subtree: true });
  `);
}
