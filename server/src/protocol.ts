/**
 * What the server and the extension say to each other beyond the language server protocol. Another editor needs none
 * of it: whatever is asked for here is extra, and the server does its work without.
 */

/** The name of the section of settings, and of the source of diagnostics. */
export const section = "holdfast";

/** The source of diagnostics that no analysis has found: they were seen while a program ran. */
export const runtimeSource = `${section} (runtime)`;

/** How loud the editor's settings want a rule. */
export type RuleLevel = "off" | "warn" | "error";

/** The settings of the editor, as `workspace/configuration` gives them for the section `holdfast`. */
export interface Settings {
  /** Whether anything is reported at all. */
  enable: boolean;
  /** When a file is looked at: at every change, or only as it is saved. */
  run: "onType" | "onSave";
  /** Goes before what the configuration file says; null leaves it to that file. */
  confidence: "certain" | "likely" | "possible" | null;
  /** Rules by id; go before what the configuration file says. */
  rules: Record<string, RuleLevel>;
  /** Whether files that are not open are looked at too. */
  workspaceDiagnostics: "openFiles" | "workspace";
  codeLens: boolean;
  inlayHints: boolean;
  runtime: {
    /** The report that programs write while they run; null leaves it to the configuration file, "" is none. */
    report: string | null;
  };
  server: {
    /** In megabytes: what the analysis may take before it lets projects go. */
    maxMemory: number;
  };
}

export const defaultSettings: Settings = {
  enable: true,
  run: "onType",
  confidence: null,
  rules: {},
  workspaceDiagnostics: "openFiles",
  codeLens: false,
  inlayHints: false,
  runtime: { report: null },
  server: { maxMemory: 2048 },
};

/** What a client may say of itself in `initializationOptions`. */
export interface InitializationOptions {
  /** The commands that the client carries out itself, such as those of `clientCommands`. */
  commands?: string[];
  /** The client shows `holdfast/status`. */
  status?: boolean;
  /** The settings, for clients without `workspace/configuration`. */
  settings?: Partial<Settings>;
}

/** Commands of the client: code actions and lenses name them only if the client said that it has them. */
export const clientCommands = {
  /** Argument: the id of a rule. Shows its page. */
  explain: "holdfast.explainRule",
  /** Argument: `DisableArguments`. Asks for a reason, and writes the comment. */
  disable: "holdfast.disable",
  /** Arguments: a URI and a position. Shows the timeline of the finding there. */
  timeline: "holdfast.showTimeline",
} as const;

/** Where a rule is to be turned off. */
export interface DisableArguments {
  uri: string;
  rule: string;
  scope: "line" | "file";
  /** Counted from 0: the line that the finding is in. */
  line: number;
}

/** Commands of the server, for `workspace/executeCommand`. */
export const serverCommands = {
  /** Argument: a URI. Applies all safe fixes to the file. */
  fixAll: "holdfast.server.fixAll",
  /** Looks at every file of the workspace, with progress. Answers with a `WorkspaceResult`. */
  checkWorkspace: "holdfast.server.checkWorkspace",
  /** Argument: the id of a rule. For clients without `explain`: shows its page, or says what it is about. */
  explain: "holdfast.server.explain",
  /** Argument: the URI of a report that a program has written. Shows what it tells of. Answers with a `WorkspaceResult`. */
  showReport: "holdfast.server.showReport",
  /** What was seen at run time up to now is not shown any more. */
  forgetReport: "holdfast.server.forgetReport",
} as const;

export interface WorkspaceResult {
  files: number;
  /** Those of `showReport` were seen at run time. */
  findings: number;
}

/** How the server is doing; a notification from it, whenever that changes. */
export const statusNotification = "holdfast/status";

export interface Status {
  /** `limited`: it works, but less well than it could, and `message` says why. */
  state: "starting" | "busy" | "ready" | "limited" | "off";
  /** What answers questions about types: `TypeScript 6.0.3, bundled`. */
  compiler: string;
  /** The project of the file that was looked at last, as a path below the workspace; absent without a project. */
  project?: string;
  /** How long the last look at a file took. */
  milliseconds?: number;
  /** A file that takes long, as a path below the workspace, and how long. */
  slow?: { file: string; milliseconds: number };
  /** In megabytes. */
  memory?: number;
  /** One sentence. */
  message?: string;
}

/** Asks for the timeline of the finding at a position; the answer is a `TimelineAnswer`, or null if none is there. */
export const timelineRequest = "holdfast/timeline";

export interface TimelineParams {
  textDocument: { uri: string };
  position: { line: number; character: number };
}

/** A finding as a picture of two paths of code against each other. */
export interface TimelineAnswer {
  rule: string;
  message: string;
  severity: "error" | "warning";
  /** `package#Handle`. */
  contract: string;
  /** Every step, in the order of events. */
  steps: TimelineStep[];
}

export interface TimelineStep {
  /** The path that begins the operation, or the one that comes upon it while it is pending. */
  path: "first" | "second";
  /**
   * `begins`: an operation begins and is pending from here. `leads`: on the way there, a call or a task. `meets`: the
   * other path comes upon it. `follows`: what comes of it.
   */
  role: "begins" | "leads" | "meets" | "follows";
  message: string;
  /** The line of code, without the white space around it. */
  code: string;
  uri: string;
  /** Counted from 0, in UTF-16 units. */
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

/** Asks for a text that helps with a report about the server; the answer is a string. */
export const debugInformationRequest = "holdfast/debugInformation";
