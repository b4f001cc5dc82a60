import { createRule } from "../adapter.js";

export const noLateOption = createRule("no-late-option");
