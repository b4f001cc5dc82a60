/** What import-in-the-middle gives loaders, and does not declare. */
declare module "import-in-the-middle/hook.mjs" {
  type Hook = (...given: unknown[]) => unknown;
  export const initialize: Hook;
  export const resolve: Hook;
  export const load: Hook;
}
