/** An editor and a browser to look at it with. */

import type { Browser } from "playwright-core";
import { startBrowser } from "./browser.js";
import { type Editor, type EditorOptions, startEditor } from "./editor.js";

export interface Session {
  editor: Editor;
  browser: Browser;
  stop: () => Promise<void>;
}

export async function startSession(options?: EditorOptions): Promise<Session> {
  const editor = await startEditor(options);
  try {
    const browser = await startBrowser();
    return {
      editor,
      browser,
      async stop() {
        await browser.close();
        await editor.stop();
      },
    };
  } catch (error) {
    await editor.stop();
    throw error;
  }
}
