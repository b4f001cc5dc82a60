import { createRule } from "../adapter.js";

export const suppression = createRule("suppression");
