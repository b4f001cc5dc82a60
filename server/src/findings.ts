import type { CancellationToken, Diagnostic, TextDocuments } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import { type AnalysisThread, Cancelled, Ended } from "./analysis-thread.js";
import { diagnosticOf, resultIdOf } from "./diagnostics.js";
import type { EditorSettings } from "./editor-settings.js";
import type { Checked, Target, Told } from "./engine/messages.js";
import type { Addresses } from "./places.js";
import type { Settings } from "./protocol.js";
import type { RuntimeReports } from "./runtime-reports.js";
import type { WorkspaceFiles } from "./workspace-files.js";

/** What was found in a file, and seen in it while running, as the client is told. */
export interface Report {
  /** The version of the document that it holds for; absent for a file that is not open. */
  version?: number;
  findings: readonly Told[];
  diagnostics: Diagnostic[];
  resultId: string;
}

/** How urgent a look at a file is. */
export const priorities = { asked: 0, edited: 1, open: 2, workspace: 3 } as const;

export interface FindingsParts {
  documents: TextDocuments<TextDocument>;
  files: WorkspaceFiles;
  settings: EditorSettings;
  thread: AnalysisThread;
  reports: RuntimeReports;
  /** Called after each look, with what it gave. */
  looked(file: string, checked: Checked): void;
  complain(sentence: string): void;
}

const nothing: Omit<Report, "version"> = { findings: [], diagnostics: [], resultId: resultIdOf([]) };

/** What was found in each file: asked for where it is wanted, and kept for whatever else is asked about it. */
export class Findings implements Addresses {
  private readonly reports = new Map<string, Report>();
  /** The versions of documents that are on disk. */
  private readonly saved = new Map<string, number>();

  constructor(private readonly parts: FindingsParts) {}

  /** What was found in the document as it is now; nothing if that is not known. */
  at(uri: string): Report | undefined {
    const report = this.reports.get(uri);
    return report?.version === this.parts.documents.get(uri)?.version ? report : undefined;
  }

  /** What was found in a file the last time, whatever has changed since. */
  last(uri: string): Report | undefined {
    return this.reports.get(uri);
  }

  forget(uri: string): void {
    this.reports.delete(uri);
    this.saved.delete(uri);
  }

  /** The document is on disk as it is now. */
  markSaved(uri: string): void {
    const document = this.parts.documents.get(uri);
    if (document) this.saved.set(uri, document.version);
  }

  /**
   * Looks at a file as it is now, and again if it is edited meanwhile. A file that is to be looked at only when it is
   * saved keeps its last report until then, unless it is wanted `now`. Fails with `Cancelled` if nobody wants it any
   * more, and with `Ended` if the analysis came to an end over it.
   */
  async look(uri: string, priority: number, token?: CancellationToken, when?: "now"): Promise<Report> {
    const { documents, thread } = this.parts;
    const target = await this.targetOf(uri);
    if (target === undefined) return this.keep(uri, { ...nothing, version: documents.get(uri)?.version });
    if (when !== "now" && target.settings.run === "onSave" && this.isUnsaved(uri)) {
      const last = this.reports.get(uri);
      if (last) return last;
    }
    for (;;) {
      let version: number | undefined;
      const asked = () => (version = documents.get(uri)?.version);
      const checked = await thread.ask("check", target.target, { priority, token, asked });
      if (documents.get(uri)?.version !== version) continue;
      this.parts.looked(target.target.file, checked);
      const { findings } = checked;
      const diagnostics = findings.map((finding) => diagnosticOf(finding, this));
      return this.keep(uri, { version, findings, diagnostics, resultId: resultIdOf(diagnostics) });
    }
  }

  /** The same; if the analysis comes to an end over the file, once more, and then without result. */
  async lookSafely(uri: string, priority: number, token?: CancellationToken): Promise<Report> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.look(uri, priority, token);
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        if (error instanceof Ended && attempt === 1) continue;
        const { message } = error as Error;
        this.parts.complain(error instanceof Ended ? message : `${this.parts.files.pathOf(uri) ?? uri}: ${message}`);
        return this.keep(uri, { ...nothing, version: this.parts.documents.get(uri)?.version });
      }
    }
  }

  /** What is to be looked at for an address, and by which settings; nothing if it is not to be looked at. */
  async targetOf(uri: string): Promise<{ target: Target; settings: Settings } | undefined> {
    const file = this.parts.files.pathOf(uri);
    if (file === undefined) return undefined;
    const folder = this.parts.files.folderOf(file);
    const settings = await this.parts.settings.of(URI.file(folder).toString());
    if (!settings.enable) return undefined;
    const { rules, confidence } = settings;
    const overrides = { rules, ...(confidence && { confidence }) };
    return { settings, target: { file, folder, overrides, runtime: this.parts.reports.targetFor(folder, settings) } };
  }

  readonly documentOf = (file: string): TextDocument | undefined => this.parts.documents.get(this.uriOf(file));

  readonly uriOf = (file: string): string => this.parts.files.uriOf(file);

  private isUnsaved(uri: string): boolean {
    const document = this.parts.documents.get(uri);
    return document !== undefined && document.version !== this.saved.get(uri);
  }

  private keep(uri: string, report: Report): Report {
    this.reports.set(uri, report);
    return report;
  }
}
