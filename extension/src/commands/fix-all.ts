import { serverCommands } from "@holdfast/language-server";
import * as vscode from "vscode";
import type { Client } from "../client.js";

/** So long a message about what was done stays, in milliseconds. */
const shown = 4_000;

/** Applies all safe fixes to the file in the active editor. */
export async function fixAll(client: Client): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return;
  const given = { command: serverCommands.fixAll, arguments: [document.uri.toString()] };
  const applied = await client.ask<number>("workspace/executeCommand", given);
  vscode.window.setStatusBarMessage(`Holdfast: ${told(applied)}`, shown);
}

function told(applied: number | undefined): string {
  switch (applied) {
    case undefined:
      return "the server does not respond; see the log";
    case 0:
      return "nothing to fix safely";
    case 1:
      return "1 fix applied";
    default:
      return `${applied} fixes applied`;
  }
}
