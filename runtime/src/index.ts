/** What libraries say about their handles, enforced while the program runs. */

export { disposable } from "./disposable.js";
export { drain, type Drained, type DrainOptions } from "./drain.js";
export { exclusive, guard, type Exclusive, type GuardOptions } from "./guard.js";
export { lease, type LeaseOptions } from "./lease.js";
export { ledger, ledgerChannel, type Counts, type Ledger, type LedgerEvent, type LedgerOptions } from "./ledger.js";
export type { Places } from "./life.js";
export { once } from "./once.js";
export type { Place } from "./place.js";
export { onViolation, violationChannel, type Listener, type Mode } from "./reporter.js";
export { swap } from "./swap.js";
export { HandleViolation, type Happening, type RuleId } from "./violation.js";
export { withHandle } from "./with-handle.js";
