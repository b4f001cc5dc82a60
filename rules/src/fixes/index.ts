/** The kinds of edit that rules offer as fixes: each is a function from a parsed file and spans to a fix, or to nothing. */

export { acknowledgeFirst } from "./acknowledge-first.js";
export { addAwait } from "./add-await.js";
export { awaitAtOnce } from "./await-at-once.js";
export { awaitPending } from "./await-first.js";
export { awaitUsing } from "./await-using.js";
export { dropRelease } from "./drop-release.js";
export { exclusive } from "./exclusive.js";
export { lingerInConstructor } from "./linger-in-constructor.js";
export { moveRelease } from "./move-release.js";
export { mutex } from "./mutex.js";
export { optionFirst } from "./option-first.js";
export { promiseChain } from "./promise-chain.js";
export { releaseInFinally } from "./release-in-finally.js";
export { returnAwait } from "./return-await.js";
export { sequentialLoop } from "./sequential-loop.js";
export { settleAll } from "./settle-all.js";
export type { FixSource, Span, Words } from "./source.js";
