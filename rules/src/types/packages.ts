/** From which packages types can come, as a compiler names their declarations. */

import ts from "typescript";

/** What a program's own files say of where their types may come from. */
interface Own {
  /** Packages that they belong to, or whose types they declare. */
  packages: readonly string[];
  /** Whether doc comments may make handles of classes, whatever their methods are called. */
  isTagged: boolean;
}

/** The mark of a class that is a handle by its doc comment. */
export const handleTag = "@holdfast-handle";

const known = new WeakMap<ts.Program, ReadonlySet<string> | undefined>();

/** All packages that a type of the program can be declared in, `.` for the project; nothing if any type may be a handle. */
export function packagesOf(program: ts.Program): ReadonlySet<string> | undefined {
  if (!known.has(program)) known.set(program, findPackages(program));
  return known.get(program);
}

function findPackages(program: ts.Program): ReadonlySet<string> | undefined {
  const found = new Set([".", "typescript"]);
  for (const sourceFile of program.getSourceFiles()) {
    const inPackage = packageOfPath(sourceFile.fileName);
    const { packages, isTagged }: Own = inPackage
      ? { packages: [inPackage.package], isTagged: false }
      : ownOf(sourceFile);
    if (isTagged) return undefined;
    for (const name of packages) found.add(name);
  }
  return found;
}

function ownOf(sourceFile: ts.SourceFile): Own {
  const scope = packageScope(sourceFile);
  const ambient = sourceFile.statements.flatMap((statement) =>
    ts.isModuleDeclaration(statement) && ts.isStringLiteral(statement.name) ? [statement.name.text] : [],
  );
  return { packages: [...(scope ? [scope.name] : []), ...ambient], isTagged: sourceFile.text.includes(handleTag) };
}

/** `…/node_modules/@types/pg/index.d.ts` is in `@types/pg`; the innermost package counts. */
export function packageOfPath(fileName: string): { package: string; file: string } | undefined {
  const marker = "/node_modules/";
  const at = fileName.lastIndexOf(marker);
  if (at < 0) return undefined;
  const parts = fileName.slice(at + marker.length).split("/");
  const name = parts.splice(0, parts[0]?.startsWith("@") ? 2 : 1).join("/");
  return { package: name, file: parts.join("/") };
}

/** The package to which a source file belongs, as module resolution found out: internal to TypeScript, and so optional. */
export function packageScope(sourceFile: ts.SourceFile): { name: string; directory: string } | undefined {
  const { packageJsonScope: scope } = sourceFile as {
    packageJsonScope?: { packageDirectory?: string; contents?: { packageJsonContent?: { name?: unknown } } };
  };
  const name = scope?.contents?.packageJsonContent?.name;
  return typeof name === "string" ? { name, directory: scope?.packageDirectory ?? "" } : undefined;
}
