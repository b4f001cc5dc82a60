import { createRule } from "../adapter.js";

export const noConcurrentUse = createRule("no-concurrent-use");
