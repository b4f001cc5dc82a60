/**
 * The vocabulary of contracts: what a library says about its handles, as data that prints as JSON.
 *
 * A contract models the part of a library's interface that leads to its handles: exports, the types that hand
 * handles out (sources), and the handles themselves. Everything here is a plain value; nothing needs to be called
 * to know what a contract says. Argument positions count from 0; a negative one counts from the end.
 *
 * Keys of `operations` and `methods` are method names. Two keys are not: `()` is a call of the value itself (also as
 * the tag of a template), and `[Symbol.asyncIterator]` is a `for await` loop over it.
 */

/** A type of this contract, or of another one as `package#Type`. */
export type TypeName = string;

/** Where a claim comes from: documentation, an issue, the library's source, or a script of ours that ran. */
export interface Evidence {
  kind: "documentation" | "issue" | "source" | "proof";
  /** A URL, a path inside the library, or, for a proof, a path below `fixtures/proofs/`. */
  where: string;
  /** What it shows, in one sentence. */
  says: string;
}

export interface Contract {
  /** npm package name; `node` for Node.js itself, `web` for what every JavaScript platform has, `.` for the project's own code. */
  package: string;
  /** The versions that it holds for, as a semver range. */
  versions: string;
  /** `proven` only when a script under `fixtures/proofs/` made the real library behave so. */
  status: "proven" | "documented";
  /**
   * Module specifiers that give access to it; `*` matches any run of characters. Default: the package and its subpaths.
   * One that begins with `./` is a file of the project, from its root and without extension.
   */
  modules?: string[];
  /** Packages whose declaration files declare its types; `.` is the project itself. Default: the package and its `@types` package. */
  declaredIn?: string[];
  evidence: Evidence[];
  /** What its modules export. `default` is the default export and what `require` returns where that is not the namespace. */
  exports: Record<string, Export>;
  /** Values that exist without an import, such as `navigator`. */
  globals?: Record<string, Export>;
  handles: Handle[];
  /** Types that may be shared freely and hand out handles, such as pools. */
  sources?: Source[];
  /** Types that make overlap impossible, such as a mutex. */
  guards?: Guard[];
  /** Types that say of the handle inside that its lanes queue, whatever its contract says (`Exclusive<Dealer>`). */
  serialising?: TypePattern[];
}

export type Export =
  /** `new X()` gives a value of the type; static members may be listed, and what its arguments mean. */
  | { kind: "class"; type: TypeName; construct?: Construction; members?: Record<string, Export> }
  | ({ kind: "function" } & Call)
  | { kind: "value"; type: TypeName }
  | { kind: "namespace"; members: Record<string, Export> };

/** How a constructor shares or derives: `new sql.Request(transaction)`. */
export interface Construction {
  /** This argument is a handle, and the new value is another view of it. */
  viewOf?: number;
  /** Functions that the constructor takes. */
  callbacks?: Callback[];
}

/** What a call takes and gives, as far as handles are concerned. */
export interface Call {
  returns?: Hands;
  callbacks?: Callback[];
  /** It gives back one of its own arguments. */
  returnsArgument?: ReturnedArgument;
  /** What it hands out is one of a limited number: what the call does when all of them are taken. */
  limited?: { outcome: "hangs" | "rejects" | "throws" } & LibraryError;
  /** What it hands out releases the receiver when it ends, so that nobody else has to (`handle.readLines()`). */
  takesOver?: boolean;
  /** Its promise settles when nothing is pending any more on the handle in this argument. */
  drainsArgument?: number;
}

/** An argument that a call gives back: `client.query(new Cursor(…))`, `exclusive(socket)`. */
export interface ReturnedArgument {
  argument: number;
  /** Only if the argument is one of these types. */
  types?: TypeName[];
  /** From here on it is a handle derived from the receiver, and an operation that gives it back is pending until its release. */
  derived?: boolean;
  /** Its lanes queue from here on, whatever its contract says: the call makes a guarded handle of it. */
  serialised?: boolean;
}

/** A value that a call or a callback parameter hands out. */
export interface Hands {
  type: TypeName;
  /** The value comes in a promise. */
  promised?: boolean;
  /** The value is an array of such. */
  array?: boolean;
  /** Another view of the same handle: shares identity, lanes and life (`manager.getRepository(X)`). */
  view?: boolean;
  /** A handle of its own that dies with the one that handed it out (a cursor, a message). */
  derived?: boolean;
  /** The value is a function that releases: the handle in this parameter of the callback, or the lock just taken. */
  releases?: number | "lock";
  /** The phase that the handle is in from the start; for a view, as long as the callback that is given it runs. */
  phase?: string;
  /** With this property in an argument the call hands out something else, which is not followed. */
  unlessGiven?: string;
}

/** When the function given to a call runs, relative to the call. */
export type Timing =
  /** Once, before the call returns, or while the promise of the call is pending. */
  | "now"
  /** Once, at some later time that the caller does not wait for. */
  | "later"
  /** Any number of times, each without waiting for the one before. */
  | "repeatedly"
  /** Once, in its own time: never beside the code that gives it, nor beside others that are given so (a test). */
  | "in turn"
  /** Any number of times, one after the other, while the promise of the call is pending or the handle lives. */
  | "one at a time";

export interface Callback {
  /** Which argument is the function. */
  argument: number;
  /** The function is this property of the argument (`{ eachMessage }`). */
  property?: string;
  timing: Timing;
  /** With a number above 1 as this property of the argument, so many run at the same time. */
  unlessMore?: string;
  /** After this call on the handle, with this value, it runs one at a time if it answers each message at its end. */
  serialisedBy?: { method: string; argument: number; equals: number };
  /** The promise of the call waits for the promise that the function returns. */
  awaited?: boolean;
  /** What the function is given; `null` for a parameter that is no handle. */
  parameters?: (Hands | null)[];
  /** The handles given die when the function's promise settles. */
  scope?: Scope;
  /** Where this function is given, the call itself hands out nothing: what it `returns` holds for calls without. */
  insteadOfReturn?: boolean;
}

/** The end of a scope: what happens to statements that are still under way when the callback's promise settles. */
export interface Scope {
  /** What the library does at the end (`commits, or rolls back`). */
  end: string;
  /** The library waits for pending operations before it ends the scope. */
  waits: boolean;
  /** What an operation after the end does. */
  afterwards: AfterRelease;
  /** What becomes of a statement that is sent through the outer source while the scope lasts. */
  outer?: string;
}

/** The error with which the library itself fails. */
export interface LibraryError {
  /** The exact text that a user would search for. */
  error?: string;
  /** Its `code`, which programs ask for. */
  code?: string;
}

/** What an operation comes to that comes too late. */
export interface LateOutcome extends LibraryError {
  /**
   * `emits`: the call returns, and then an `error` event comes, which no `catch` sees. `works`: as if nothing were, on a
   * handle that may have its next owner. `fine`: as it should, such as a loop that is over at once; it is not too late.
   */
  outcome: "throws" | "rejects" | "emits" | "silent" | "works" | "hangs" | "fine";
}

/** The same, for operations that do something else than the others. */
export interface LateOutcomes extends LateOutcome {
  operations?: Record<string, LateOutcome>;
}

export interface AfterRelease extends LateOutcomes {
  /** After these releases, where it is something else than after the others. */
  after?: Record<string, LateOutcomes>;
  /** The text after a scope whose callback has failed, where it is another one. */
  errorOnFailure?: string;
}

/** What a second operation in the same lane does while the first is pending. */
export interface Overlap extends LibraryError {
  outcome:
    | "throws" /* synchronously: a `.catch` on the promise does not see it */
    | "rejects"
    | "corrupts"
    | "interleaves"
    | "swaps" /* results reach the wrong caller */
    | "hangs"
    | "undefined" /* the vendor promises nothing */
    | "queues" /* safe, but one after the other */;
  /** The handle is unusable afterwards. */
  kills?: boolean;
  /** Only from this many pending operations on. */
  threshold?: number;
  /**
   * For what queues inside a transaction, when one branch fails and the transaction ends: which statements of the
   * others still run, outside it. `any`; only those issued `after an await`; or `none`, as the library refuses them.
   */
  lateStatements?: "any" | "after an await" | "none";
  /** The library has announced that it will stop queueing: since which version it warns, and when it stops. */
  announcedEnd?: {
    warnsSince: string;
    endsIn: string;
    text: string;
    /** It does not concern handles made with this option, or handed out by a source made with it (`{ pipeline: true }`). */
    unless?: { option: string; equals: boolean };
  };
  /** `Promise.allSettled` and then a throw is no remedy (default: it is). */
  settlingIsNoRemedy?: boolean;
}

export interface Lane {
  overlap: Overlap;
  /** Overlap in a phase, where it differs. */
  phases?: Record<string, Overlap>;
  /** Other lanes of the handle that may not be pending at the same time either. */
  excludes?: string[];
  /** Other lanes of the handle in which nothing may start while one of this lane is pending; the other way round is allowed. */
  blocks?: string[];
  /** What becomes of an operation that it blocks, where that is something else than overlap in the lane itself. */
  blocked?: Overlap;
  /** Answers come in the order of the calls: when a later operation of the lane is over, the earlier ones are over too. */
  inOrder?: true;
  /** Why, in one sentence for people. */
  why?: string;
}

export interface Operation extends Call {
  /** Of the operations in one lane only one may be pending at a time. Without a lane any number may. */
  lane?: string;
  /**
   * What ends it. Default `promise`; `either` is a promise, or the callback if the last argument is a function. Of a
   * `callback` operation that is given no function nobody learns the end.
   */
  settledBy?:
    "promise" | "callback" | "either" | "return" /* synchronous: never pending */ | "close" /* of what it hands out */;
  /** It starts only when its result is awaited, or passed to what awaits (a lazy thenable). */
  lazy?: boolean;
  /** It returns a builder: any method call on it gives the builder again, and one of these calls starts the operation. */
  builds?: { runs: string[]; lazy?: boolean };
  /** With an argument at this position (a number or a bigint) it is independent of its lane. */
  independentWithArgument?: number;
  /** Other ways to say so; one of them is enough. */
  independentWhen?: Independence[];
  /** It only waits for what another operation brings about, so one other operation may be pending beside it. */
  waiter?: boolean;
  /** The handle's phase afterwards; with `text`, only when the first argument is a string that matches, in any case. */
  begins?: { phase: string; text?: string };
  /** With `commits` (for each call, or for a text that matches) it shows that the phase had begun, wherever that was. */
  ends?: { phase: string; text?: string; commits?: true | string };
  /** It may send several statements, each after the answer to the one before. */
  severalStatements?: true;
  /** It hands something over that is not out yet when it settles; only a drain or a graceful release shows that it is. */
  handsOver?: boolean;
  /**
   * It gives an array. Fewer elements than the argument at this position asks for mean that the handle has come to its
   * end by itself, and with it what is pending until its release.
   */
  exhausts?: { fewerThan: number };
  /** It takes what it reads: left behind pending, after a lost race, it takes the next message, and nobody sees it. */
  consumes?: boolean;
  /** A release ends it as it should: a loop over messages learns that there are no more. */
  endsWithHandle?: true;
  /** A release leaves it alone: what it does comes to its end all the same. */
  outlivesRelease?: true;
  /** It keeps the caller's buffer until it settles. */
  keepsBuffer?: number;
  /** Its result must be looked at, and why. */
  checkResult?: string;
  /** Its result must be looked at where it is called over and over, in a loop, and why: backpressure. */
  checkResultInLoop?: string;
}

/** How a call says where in a file, and so that it needs the lane of no other. */
export type Independence =
  /** The call has exactly so many arguments, and the one at this position is a number or a bigint. */
  | { argument: number; ofArguments: number }
  /** An object argument has this property. */
  | { property: string };

/** The end of a handle's life. */
export interface Release {
  /** It waits for pending operations before it ends the handle's life. */
  waits: boolean;
  /**
   * What it is there for. `graceful` is the ordinary end. An `abort` breaks off what is under way: on the way out after
   * an error, a timeout, a signal or a lost race it does what it is meant to do.
   */
  kind: "graceful" | "abort";
  /** For an abort: the graceful twin. */
  graceful?: string;
  /**
   * Called with something truthy at this position it is an abort that is meant (`client.release(error)`): what is pending
   * comes to `pending`, and what is done on the handle afterwards to `afterwards`.
   */
  abortsWith?: { argument: number; pending?: NonNullable<Release["pending"]>; afterwards?: LateOutcome };
  /** What was handed over and is not out yet is dropped. */
  drops?: true;
  /** It returns a promise that settles when the release is done. */
  promised?: boolean;
  /** It only returns a builder; a call of one of these on it releases (`trx.commit().execute()`). */
  builds?: { runs: string[] };
  /** It releases the handle given in this argument, not the receiver (`pool.release(connection)`). */
  releasesArgument?: number;
  /** It waits if the handle was made with this option. */
  waitsWith?: { option: string; equals: boolean };
  /** It waits only so long, and does not say what is left then; only a drain before it does. The reason, in one sentence. */
  bounded?: string;
  /** With this value of this argument it releases nothing (`disconnect(true)` connects again). */
  unless?: { argument: number; equals: boolean };
  /** Operations that may wait without end, and that it then waits for: it never settles either. */
  stuckOn?: string[];
  /** It fails while something that the source has handed out is not released. */
  whileLent?: LateOutcome;
  /**
   * What pending operations come to. `finishes`: they are carried out as if nothing had happened, to nobody's harm;
   * `runs on`: on a handle that somebody else may have by then.
   */
  pending?: { outcome: "lost" | "rejects" | "runs on" | "hangs" | "finishes" } & LibraryError;
  /** It releases only if it succeeds: after one that rejected the handle is as it was, and owes another release. */
  failsOpen?: true;
  second: SecondRelease;
}

/** What a second release does. */
export interface SecondRelease extends LibraryError {
  outcome: "harmless" | "throws" | "rejects" | "harms" | "hangs";
  /** While the first one is still under way, where that is something else. */
  underWay?: Pick<SecondRelease, "outcome" | keyof LibraryError>;
  /** After one of these releases it does no harm. */
  harmlessAfter?: string[];
  /** The text after one of these releases, where it is another one. */
  errorAfter?: Record<string, string>;
  /** When a pool has given the handle to its next owner in between, it is released from under that owner. */
  harmsNextOwner?: true;
}

/** A property that code asks before it acts on a value (`if (!res.headersSent)`), or a method without arguments. */
export interface StateProperty {
  /**
   * What it says when it is true. `released`: a release was called; `open`: none was, and it can be used; `begun`: one of
   * `calls` was made, or it is in `phase`. When it is false, the contrary holds.
   */
  true: "released" | "open" | "begun";
  /** Of `released` and `open`: it knows of these releases only. Default: of all. */
  by?: string[];
  /** Of `begun`. */
  calls?: string[];
  /** Of `begun`. */
  phase?: string;
  /** It is no boolean: having one of these values counts as true, having another one as false. */
  values?: (string | number)[];
  /** When it is false nothing is known: it turns true some time after the call. */
  late?: true;
  /** It is a method: `trx.isCompleted()`. */
  method?: true;
}

/** A setting that has to be made early. */
export interface EarlyOption {
  name: string;
  /**
   * How it is set: an assignment to a property, or a call of a method. A first argument that is a text stands for the
   * literal and for a constant of that name (`"linger"`, `zmq.options.linger`).
   */
  set: { property: string } | { method: string; firstArgument?: (string | number)[]; memberOf?: string };
  /** The calls that it must precede: set after one of them it does nothing for what that one began, only for the next. */
  precedes: string[];
  /** Types whose values it must precede: set after one was made it does nothing for that one (`context.blocky`). */
  precedesNew?: TypeName[];
  /** It can be given to the constructor, under this name in its first argument. */
  constructorProperty?: string;
  /** What happens when it is set too late; the exact text where there is one. */
  tooLate: string;
  /** What it must precede comes once in a handle's life: no later call makes up for it. */
  once?: true;
  /** Set too late it does nothing, now or later, and raises nothing: what it must precede comes once in a handle's life. */
  tooLateDoesNothing?: true;
  /**
   * It ends what was handed over at close: reported by `no-late-linger` where it is set on the way to a release or after
   * a call that it must precede, and harmless with these values.
   */
  linger?: { harmlessValues: number[] };
}

/** Several calls that belong together: the lane is taken from the first to the last, awaited or not. */
export interface Section {
  lane: string;
  /** Operations, or calls that run what they build. */
  begins: string[];
  ends: string[];
  why: string;
}

/** How a checker sees the type. */
export interface TypePattern {
  name: TypeName;
  /** The file that declares it, inside the declaring package and without extension; `*` matches any run of characters. Default: any. */
  file?: string;
  /** A type alias without a symbol of its own. */
  alias?: boolean;
  /** Only with this type among its type arguments: `PgTransaction<NodePgQueryResultHKT, …>`. */
  argument?: string;
  /** The type is shared with values that are no handles; only how it was acquired tells them apart. */
  shared?: boolean;
}

/** Properties whose values have a contract too: `tx.user` of prisma, `page.keyboard`. */
export interface Property {
  type: TypeName;
  /** Another view of the same handle. */
  view?: boolean;
}

export interface Source {
  /** The name by which the rest of the contract refers to it. */
  name: TypeName;
  types: TypePattern[];
  methods?: Record<string, Call>;
  /** Calls that do work of their own, any number at a time: their lanes do not matter, that they are lazy does. */
  operations?: Record<string, Operation>;
  properties?: Record<string, Property>;
  /** Every other property is one of these: `prisma.user`. */
  anyProperty?: Property;
  /** Calls that give back a handle: `pool.release(connection)`. */
  releases?: Record<string, Release>;
  /** Handles that are passed along with its other calls, as a property of an argument: each such call is an operation. */
  takes?: TypeName[];
  /** What people call it in a sentence: `pg pool`. One that ends has it. */
  noun?: string;
  /** Calls that end the source itself (`pool.end()`). `waits` is for its own operations and for what it has handed out. */
  ends?: Record<string, Release>;
  /** What its operations do after its end, and its methods that hand out handles. */
  afterEnd?: AfterRelease;
  /** Calls that open it again after its end. */
  reopenedBy?: string[];
  /** Properties by which code asks whether it has ended. */
  states?: Record<string, StateProperty>;
}

export interface Handle {
  /** The name by which the rest of the contract refers to it. */
  name: TypeName;
  /** What people call it in a sentence: `pg client`. */
  noun: string;
  types: TypePattern[];
  lanes: Record<string, Lane>;
  operations: Record<string, Operation>;
  /** Every method that is listed nowhere else is this operation: hundreds of commands, or what a pool of anything holds. */
  anyMethod?: Operation;
  /** Every other property is one of these: `tx.user` of prisma. */
  anyProperty?: Property;
  properties?: Record<string, Property>;
  /** Calls that hand something out and are no operations. */
  methods?: Record<string, Call>;
  releases: Record<string, Release>;
  /** Calls that open it again after a release. */
  reopenedBy?: string[];
  /** It may be left unreleased, and why in one sentence: nobody has to be told. */
  mayBeLeft?: string;
  /** Ends of life that other packages or the language know: the object has `Symbol.asyncDispose` or `Symbol.dispose`. */
  disposal?: { kind: "async" | "sync"; release: string; waits: boolean; trap?: string };
  /** Operations that wait until what was handed over is out. */
  drains?: string[];
  afterRelease: AfterRelease;
  /** Properties by which code asks how far it is. */
  states?: Record<string, StateProperty>;
  options?: EarlyOption[];
  sections?: Section[];
  /** The handle is passed along instead of called: as a property of an argument, or as argument of a method. */
  passedAs?: { property?: string; method?: string; lane: string; builds?: { methods: string[]; runs: string[] } };
  /** A call on the handle that means that messages must be settled, and by which calls. */
  settlement?: Settlement;
  /** The handle crashes the process if nobody listens to this event. */
  errorEvent?: string;
  /** The lane `write` only carries: the handle cannot send, so setting linger on it loses nothing. */
  receivesOnly?: boolean;
}

/** Messages that a handle delivers, and the one answer that each of them is owed. */
export interface Settlement {
  /** Operations whose callback or result carries messages. */
  delivers: string[];
  /** Methods that answer for the message in their first argument. */
  acknowledges: string[];
  rejects: string[];
  /** Methods that answer for all messages that are still owed one. */
  answersAll?: string[];
  /** With this value of this argument an answer is one for all messages before it, too (`ack(message, true)`). */
  answersAllBefore?: { argument: number; equals: boolean };
  /** A delivery so asked for owes nothing: this property of this argument of the method has this value (`{ noAck: true }`). */
  notWhen?: { method: string; argument: number; property: string; equals: boolean }[];
  /** What a second answer, or one on another handle, does. */
  second: { outcome: "harmless" | "throws" | "rejects" | "kills"; error?: string };
}

/** A guard of access: what runs inside it does not overlap. */
export interface Guard {
  name: TypeName;
  types: TypePattern[];
  /**
   * It holds one at a time: always; or if the constructor's or factory's argument is 1. With `property` the argument may
   * also be an object, and the property counts. `default` counts where nothing is given; without it nothing is known.
   */
  exclusive: "always" | { argument: number; property?: string; default?: number };
  /** Calling the value itself runs the function at this argument inside. */
  call?: { argument: number };
  /** Methods that run the function at `argument` inside; with `key`, only calls with the same key exclude each other. */
  runs?: Record<string, { argument: number; key?: number }>;
  /** Methods that take the lock until the releaser they hand out is called, or until the `leaves` method is. */
  enters?: string[];
  leaves?: string[];
  /** `enters` promises an array, and the releaser is this element of it. */
  releaserAt?: number;
}
