import { type TimelineAnswer, type TimelineParams, timelineRequest } from "@holdfast/language-server";
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Client } from "../client.js";
import { findingsOf } from "../findings.js";
import type { FromPage, ToPage } from "./messages.js";
import { style } from "./style.js";

const viewId = "holdfast.timeline";
/** What shows the view: without a file that Holdfast is for there is nothing to draw. */
const context = "holdfast.isActive";
/** So long after the cursor came to rest, in milliseconds. */
const delay = 100;

/** The view that draws the finding under the cursor as two paths against each other. */
export class TimelineView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private shown: ToPage = { timeline: null };
  private timer: NodeJS.Timeout | undefined;
  private pending = new vscode.CancellationTokenSource();
  private readonly isThere: Thenable<unknown>;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly client: Client,
  ) {
    this.subscriptions = [
      vscode.window.registerWebviewViewProvider(viewId, this),
      vscode.window.onDidChangeTextEditorSelection(() => this.followSoon()),
      vscode.window.onDidChangeActiveTextEditor(() => this.followSoon()),
      vscode.languages.onDidChangeDiagnostics(() => this.followSoon()),
    ];
    this.isThere = vscode.commands.executeCommand("setContext", context, true);
  }

  /** Brings the view to the front, and the cursor to a place if one is given. */
  async show(uri?: string, position?: TimelineParams["position"]): Promise<void> {
    if (uri !== undefined && position !== undefined) await goTo(uri, { start: position, end: position });
    await this.isThere;
    await vscode.commands.executeCommand(`${viewId}.focus`);
    this.followSoon();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.extension, "dist")],
    };
    view.webview.onDidReceiveMessage((message: FromPage) => void this.receive(message));
    view.onDidChangeVisibility(() => this.followSoon());
    view.onDidDispose(() => (this.view = undefined));
    view.webview.html = this.page(view.webview);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.pending.cancel();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private followSoon(): void {
    clearTimeout(this.timer);
    if (this.view?.visible) this.timer = setTimeout(() => void this.follow(), delay);
  }

  /** Shows the finding at the cursor. While there is no cursor, as in the view itself, what is shown stays. */
  private async follow(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return;
    this.pending.cancel();
    const { token } = (this.pending = new vscode.CancellationTokenSource());
    const found = await this.ask(editor, token);
    if (token.isCancellationRequested) return;
    const timeline = found ?? this.shownIfAt(editor);
    this.tell({ timeline, current: timeline ? stepAt(timeline, editor) : undefined });
  }

  private async ask(
    { document: { uri }, selection }: vscode.TextEditor,
    token: vscode.CancellationToken,
  ): Promise<TimelineAnswer | null> {
    if (findingsOf(uri).length === 0) return null;
    const { line, character } = selection.active;
    const given: TimelineParams = { textDocument: { uri: uri.toString() }, position: { line, character } };
    return (await this.client.ask<TimelineAnswer | null>(timelineRequest, given, token)) ?? null;
  }

  /** What is shown, if the cursor went to one of its steps: in that file there may be no finding. */
  private shownIfAt(editor: vscode.TextEditor): TimelineAnswer | null {
    const { timeline } = this.shown;
    return timeline && stepAt(timeline, editor) !== undefined ? timeline : null;
  }

  private tell(message: ToPage): void {
    this.shown = message;
    void this.view?.webview.postMessage(message);
  }

  private async receive(message: FromPage): Promise<void> {
    if ("ready" in message) {
      this.tell(this.shown);
      this.followSoon();
    } else if ("rule" in message) {
      await vscode.commands.executeCommand("holdfast.explainRule", message.rule);
    } else {
      const step = this.shown.timeline?.steps[message.step];
      if (step) await goTo(step.uri, step.range);
    }
  }

  private page(webview: vscode.Webview): string {
    const nonce = randomBytes(16).toString("base64url");
    const script = webview.asWebviewUri(vscode.Uri.joinPath(this.extension, "dist/timeline.js")).toString();
    return `<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
          <style nonce="${nonce}">${style}</style>
          <title>Timeline</title>
        </head>
        <body>
          <main></main>
          <script nonce="${nonce}" src="${script}"></script>
        </body>
      </html>`;
  }
}

/** The step in the line of the cursor. */
function stepAt({ steps }: TimelineAnswer, { document, selection }: vscode.TextEditor): number | undefined {
  const isHere = ({ uri, range }: TimelineAnswer["steps"][number]) =>
    range.start.line === selection.active.line && vscode.Uri.parse(uri).toString() === document.uri.toString();
  const index = steps.findIndex(isHere);
  return index < 0 ? undefined : index;
}

async function goTo(uri: string, { start, end }: TimelineAnswer["steps"][number]["range"]): Promise<void> {
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection });
}
