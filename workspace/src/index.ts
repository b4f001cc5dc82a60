/** What Holdfast reads from the disk: source files, configurations, projects, and the programs made of them. */

export { CachedFileSystem, type Change, type FileChange, type FileSystem } from "./file-system.js";
export { discoverFiles, type Discovery, isOutput, isSource } from "./files.js";
export { firstLine, glance, inputFor, isWorthALook, look, type Look, type Source } from "./look.js";
export { memoized } from "./memoized.js";
export { slashed } from "./paths.js";
export { changesGlobals, createProgramFactory, type Demand, type ProgramFactory } from "./programs.js";
export { type Complain, nearestProjects, type Project, type Projects, singleProject } from "./projects.js";
export { createReader, readIfFile, readSource, type SourceText } from "./read.js";
export { replaceSource, type Replacement } from "./write.js";
export { createSettings, type Overrides, type Settings } from "./settings.js";
export { type Line, linesOf } from "./lines.js";
export { createFindings } from "./violation-findings.js";
export { countEqual, isSarif, type Side, type Violation, violationsIn } from "./violations.js";
