import type { PendingOperation } from "@holdfast/rules";
import type { CancellationToken, CodeAction } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { codeActions, fixAllKind } from "./code-actions.js";
import { priorities } from "./findings.js";
import { hoverOf } from "./hover.js";
import { codeLenses, inlayHints } from "./pending-hints.js";
import { type TimelineAnswer, type TimelineParams, timelineRequest } from "./protocol.js";
import type { Session } from "./session.js";
import { findingAt, timelineOf } from "./timeline.js";

/** Answers what is asked about places in documents: actions, hovers, hints, lenses, timelines. */
export function answerFeatures(session: Session): void {
  const { connection, documents, findings, thread, abilities, answer } = session;

  connection.onCodeAction((params, token) =>
    answer(async (): Promise<CodeAction[]> => {
      const document = documents.get(params.textDocument.uri);
      if (document === undefined) return [];
      // What is fixed on the way to the disk has to be what is there now; nothing else is worth waiting for.
      const isFixAll = params.context.only?.some((only) => fixAllKind.startsWith(only) && only !== "") ?? false;
      const report = isFixAll
        ? await findings.look(document.uri, priorities.asked, token, "now")
        : findings.at(document.uri);
      return report ? codeActions(params, document, report, findings, abilities) : [];
    }),
  );

  connection.onHover(({ textDocument: { uri }, position }, token) =>
    answer(async () => {
      const document = documents.get(uri);
      const wanted = document && (await findings.targetOf(uri));
      if (document === undefined || wanted === undefined) return null;
      const given = { ...wanted.target, offset: document.offsetAt(position) };
      const inspected = await thread.ask("inspect", given, { priority: priorities.asked, token });
      return hoverOf(position, document, findings.at(uri), inspected) ?? null;
    }),
  );

  connection.onCodeLens(({ textDocument: { uri } }, token) =>
    answer(() => withPending(session, uri, "codeLens", token, codeLenses)),
  );

  connection.languages.inlayHint.on(({ textDocument: { uri }, range }, token) =>
    answer(() =>
      withPending(session, uri, "inlayHints", token, (pending, document) => inlayHints(pending, document, range)),
    ),
  );

  connection.onRequest(
    timelineRequest,
    ({ textDocument: { uri }, position }: TimelineParams): TimelineAnswer | null => {
      const report = findings.at(uri);
      const finding = report && findingAt(report, position);
      return finding ? timelineOf(finding, findings) : null;
    },
  );
}

/** Shows the pending operations of a document as it is now, if the setting says so. */
async function withPending<T>(
  { documents, findings, thread }: Session,
  uri: string,
  setting: "codeLens" | "inlayHints",
  token: CancellationToken,
  show: (pending: readonly PendingOperation[], document: TextDocument) => T[],
): Promise<T[]> {
  const wanted = await findings.targetOf(uri);
  if (!wanted?.settings[setting]) return [];
  for (;;) {
    let version: number | undefined;
    const asked = () => (version = documents.get(uri)?.version);
    const pending = await thread.ask("pending", wanted.target, { priority: priorities.asked, token, asked });
    const document = documents.get(uri);
    if (document === undefined) return [];
    if (document.version === version) return show(pending, document);
  }
}
