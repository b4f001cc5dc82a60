export { errorsOf, type LibraryError } from "./explain/errors.js";
export { explainInMarkdown } from "./explain/page.js";
export { ExitCode } from "./problem.js";
export type { Report, ReportedFinding, ReportedFix, ReportedStep, Summary } from "./report/report.js";
export { reportSchema } from "./report/schema.js";
export { run } from "./run.js";
export type { Terminal } from "./terminal.js";
