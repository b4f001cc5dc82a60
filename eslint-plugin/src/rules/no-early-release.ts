import { createRule } from "../adapter.js";

export const noEarlyRelease = createRule("no-early-release");
