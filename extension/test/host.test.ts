/** Suites that run in the extension host of the real editor, where they have all of its interface. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Opened } from "./support/browser.js";
import { bundled, type Host, namesIn, startHost } from "./support/host.js";
import { type Session, startSession } from "./support/session.js";
import { copyOfShop } from "./support/workspace.js";

/** No event tells which processes run. */
const eventually = { timeout: 20_000, interval: 100 };

let session: Session;

beforeAll(async () => {
  session = await startSession();
});

afterAll(() => session.stop());

async function folder(): Promise<Opened> {
  return { folder: await copyOfShop(join(session.editor.folder, "folder")) };
}

async function severalFolders(): Promise<Opened> {
  const parent = join(session.editor.folder, "several");
  const names = ["shop", "billing"];
  for (const name of names) await copyOfShop(parent, name);
  const workspace = join(parent, "both.code-workspace");
  await writeFile(workspace, JSON.stringify({ folders: names.map((path) => ({ path })) }));
  return { workspace };
}

for (const [suite, prepare] of Object.entries({ folder, "multi-root": severalFolders })) {
  const bundle = await bundled(suite);

  describe(suite, () => {
    let host: Host | undefined;

    beforeAll(async () => {
      host = await startHost(session.browser, session.editor, await prepare(), bundle);
    });

    it.each(namesIn(bundle))("%s", async (name) => {
      const told = await host!.run(name);
      if (told) console.log(told);
    });

    afterAll(() => host?.close());

    it("takes its language server with it when the window is closed", async () => {
      const servers = () => session.editor.languageServers();
      await vi.waitFor(() => expect(servers()).toHaveLength(1), eventually);
      await host!.close();
      await vi.waitFor(() => expect(servers()).toEqual([]), eventually);
    });
  });
}
