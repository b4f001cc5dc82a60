import { createRule } from "../adapter.js";

export const noLateLinger = createRule("no-late-linger");
