import type { CancellationToken } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import { Cancelled } from "./analysis-thread.js";
import { priorities, type Report } from "./findings.js";
import { createProgress } from "./progress.js";
import type { WorkspaceResult } from "./protocol.js";
import type { Session } from "./session.js";

/** The files of the workspace that are not open: which there are, and what is found in them. */
export class ClosedFiles {
  /** Addresses of files that the client was told findings of, unasked. */
  private readonly published = new Set<string>();
  /** By folder, the addresses of its source files, until something on disk changes. */
  private readonly discovered = new Map<string, readonly string[]>();

  constructor(private readonly session: Session) {
    session.changed.event(() => this.discovered.clear());
  }

  /** Whether a folder's settings want all of its files to be looked at. */
  readonly isWanted = async (folder: string): Promise<boolean> => {
    const settings = await this.session.settings.of(URI.file(folder).toString());
    return settings.workspaceDiagnostics === "workspace";
  };

  /** The addresses of all source files below the folders of the workspace for which `isWanted` says so. */
  async discover(isWanted: (folder: string) => Promise<boolean>, token?: CancellationToken): Promise<string[]> {
    const found = new Set<string>();
    for (const folder of this.session.files.roots) {
      if (!(await isWanted(folder))) continue;
      for (const uri of await this.discoverIn(folder, token)) found.add(uri);
    }
    return [...found];
  }

  /** Looks at each of the files in turn, with progress, and hands over what was found. */
  async lookAt(
    uris: readonly string[],
    token: CancellationToken | undefined,
    found: (uri: string, report: Report) => void,
  ): Promise<WorkspaceResult> {
    const { connection, abilities, findings } = this.session;
    const result: WorkspaceResult = { files: uris.length, findings: 0 };
    if (uris.length === 0) return result;
    const progress = createProgress(connection, abilities);
    progress.begin("checking the workspace");
    try {
      await this.expect(uris, token);
      for (const [index, uri] of uris.entries()) {
        if (index % 20 === 0) progress.report((100 * index) / uris.length, `${index} of ${uris.length} files`);
        const report = await findings.lookSafely(uri, priorities.workspace, token);
        result.findings += report.findings.length;
        found(uri, report);
        if (!this.isOpen(uri)) findings.forget(uri);
      }
    } finally {
      progress.done();
    }
    return result;
  }

  /** Tells the client of findings in a file that it did not ask about. */
  publish(uri: string, { diagnostics }: Report): void {
    if (this.isOpen(uri) || (diagnostics.length === 0 && !this.published.has(uri))) return;
    void this.session.connection.sendDiagnostics({ uri, diagnostics });
    if (diagnostics.length > 0) this.published.add(uri);
    else this.published.delete(uri);
  }

  /** Tells what has become of findings that the client was told of unasked, and what a chosen report tells of. */
  async publishAgain(): Promise<void> {
    for (const uri of new Set([...this.published, ...(await this.reported())])) {
      this.publish(uri, await this.session.findings.lookSafely(uri, priorities.workspace));
      if (!this.isOpen(uri)) this.session.findings.forget(uri);
    }
  }

  /** What was told of a file unasked no longer holds: the client asks about it itself now. */
  withdraw(uri: string): void {
    if (this.published.delete(uri)) void this.session.connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  /** Looks at all files that are wanted, and tells what is found, to a client that does not ask. */
  async publishWanted(): Promise<void> {
    try {
      const wanted = new Set([...(await this.discover(this.isWanted)), ...(await this.reported())]);
      const uris = [...wanted].filter((uri) => !this.isOpen(uri));
      for (const uri of this.published) if (!uris.includes(uri)) this.withdraw(uri);
      await this.lookAt(uris, undefined, (uri, report) => this.publish(uri, report));
    } catch (error) {
      if (!(error instanceof Cancelled)) this.session.complain((error as Error).message);
    }
  }

  isOpen(uri: string): boolean {
    return this.session.documents.get(uri) !== undefined;
  }

  /** The files that a chosen report names, but for those that the client asks about anyway. */
  private async reported(): Promise<string[]> {
    const { files, reports, abilities } = this.session;
    const uris: string[] = [];
    for (const path of reports.files) {
      const isAsked = abilities.pullsDiagnostics && (await this.isWanted(files.folderOf(path)));
      if (!isAsked) uris.push(files.uriOf(path));
    }
    return uris;
  }

  /** Many files are read together faster than one after the other. */
  private async expect(uris: readonly string[], token: CancellationToken | undefined): Promise<void> {
    const { files, findings, thread } = this.session;
    const byFolder = new Map<string, string[]>();
    for (const path of uris.flatMap((uri) => files.pathOf(uri) ?? [])) {
      const folder = files.folderOf(path);
      byFolder.set(folder, [...(byFolder.get(folder) ?? []), path]);
    }
    for (const members of byFolder.values()) {
      const wanted = await findings.targetOf(files.uriOf(members[0]!));
      if (wanted)
        await thread.ask("expect", { ...wanted.target, files: members }, { priority: priorities.workspace, token });
    }
  }

  private async discoverIn(folder: string, token?: CancellationToken): Promise<readonly string[]> {
    const { files, findings, thread } = this.session;
    const known = this.discovered.get(folder);
    if (known) return known;
    const target = await findings.targetOf(URI.file(`${folder}/any.ts`).toString());
    if (target === undefined) return [];
    const given = { ...target.target, folder };
    const found = (await thread.ask("discover", given, { priority: priorities.workspace, token })).map((name) =>
      files.uriOf(name),
    );
    this.discovered.set(folder, found);
    return found;
  }
}
