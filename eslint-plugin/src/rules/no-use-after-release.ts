import { createRule } from "../adapter.js";

export const noUseAfterRelease = createRule("no-use-after-release");
