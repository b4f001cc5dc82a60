/** A path with forward slashes, as the compiler and reports write it. */
export function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
