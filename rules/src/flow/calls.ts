/** What a call does, by what is called: an operation of a handle, a function of the file, a built-in, or nothing known. */

import type { Call as Api, Callback, Hands, KnownType, Operation, Release, Timing } from "@holdfast/contracts";
import {
  type Application,
  type Applied,
  apply,
  applyEachWay,
  applyRepeatedly,
  type FunctionValue,
  type Taken,
} from "./apply.js";
import { builtinCall, collectionCall, listenerCall, promiseCall } from "./builtins.js";
import type { Happening } from "./facts.js";
import { yes } from "./conditions.js";
import type { CallEvent, Span } from "./graph.js";
import {
  applyOption,
  begin,
  forgetOverlaps,
  isSurelyPending,
  judgeInPhase,
  mayBeOver,
  release,
  remember,
  textMatches,
} from "./operations.js";
import { noteRead, run, settle } from "./promises.js";
import { guardCall, noteGuard } from "./guards.js";
import { lend, noteLocked } from "./loans.js";
import { own } from "./records.js";
import { firstRelease } from "./releasers.js";
import { lifeOf } from "./source-ends.js";
import { stateOf } from "./state-properties.js";
import type { BodySolver } from "./solver.js";
import type { State, Token } from "./state.js";
import {
  type BuilderValue,
  type HandleType,
  type Identity,
  isWithin,
  optionsOf,
  type PromiseValue,
  thing,
  unknown,
  type Value,
} from "./values.js";

/** Carries out a call and gives its value; nothing where control does not come back. */
export function call(solver: BodySolver, state: State, event: CallEvent): Value | undefined {
  const values = event.arguments.map((register) => solver.value(state, register));
  solver.engine.calls.set(event.nameSpan.start, event.span);
  if (event.builtin !== undefined) {
    const value = builtinCall(solver, state, event, values);
    if (value) return value;
  }
  if (event.receiver !== undefined)
    return methodCall(solver, state, event, solver.value(state, event.receiver), values);
  return plainCall(
    solver,
    state,
    event,
    event.callee === undefined ? unknown : solver.value(state, event.callee),
    values,
  );
}

function methodCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  receiver: Value,
  values: Value[],
): Value | undefined {
  if (receiver.kind === "choice") return callOnEither(solver, state, event, receiver, values);
  const method = event.method ?? "";
  if (receiver.kind === "builder") return builderCall(solver, state, event, receiver, method, values);
  const onPromise = promiseCall(solver, state, event, receiver, method, values);
  if (onPromise) return onPromise;
  if (event.library) return libraryCall(solver, state, event, values);

  const type = typeOf(receiver, event);
  if (type) {
    const identity = identityOf(solver, receiver, event);
    const value = memberCall(solver, state, event, { identity, type, method, receiver, values });
    if (value) return value;
  }
  const onCollection = collectionCall(solver, state, event, receiver, method, values);
  if (onCollection) return onCollection;
  const listened = listenerCall(solver, state, event, method, values);
  if (listened) return listened;

  if (receiver.kind === "promise") return { ...receiver, result: unknown };
  const target = solver.get(state, receiver, method);
  if (target.kind === "function") return applyDirectly(solver, state, event, target, receiver, values);
  if (receiver.kind === "function") return functionMethod(solver, state, event, receiver, method, values);
  if (target.kind === "releaser") return releaserCall(solver, state, event, target);
  return unknownCall(solver, state, event, target, values);
}

/** The receiver is one of several: each in a state of its own, in which it is the one. */
function callOnEither(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  receiver: Value & { kind: "choice" },
  values: Value[],
): Value | undefined {
  const [first, ...others] = receiver.options.filter((option) => option.kind !== "constant");
  if (!first) return unknown;
  for (const option of others) {
    const fork = state.clone();
    fork.replace(receiver, option);
    const value = methodCall(solver, fork, event, option, values);
    if (!value) continue;
    fork.registers.set(event.into, value);
    solver.fork(fork);
  }
  if (others.length > 0) state.replace(receiver, first);
  return methodCall(solver, state, event, first, values);
}

function plainCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callee: Value,
  values: Value[],
): Value | undefined {
  const made = event.construct && event.resultType && !event.resultType.promised ? event.resultType.type : undefined;
  if (event.library) return libraryCall(solver, state, event, values);
  if (made) return acquire(solver, state, event, made);
  if (event.construct && callee.kind === "instance") return construct(solver, state, event, callee, values);
  for (const option of optionsOf(callee)) {
    if (option.kind === "function") return applyDirectly(solver, state, event, option, undefined, values);
    if (option.kind === "releaser") return releaserCall(solver, state, event, option);
  }
  const listened = listenerCall(solver, state, event, event.receiverText, values);
  if (listened) return listened;
  const type = callee.kind === "thing" ? (callee.type ?? event.calleeType?.type) : event.calleeType?.type;
  if (type && !event.construct) {
    const identity = identityOf(solver, callee, event);
    const value = memberCall(solver, state, event, { identity, type, method: "()", receiver: callee, values });
    if (value) return value;
  }
  return unknownCall(solver, state, event, callee, values);
}

/** Where a call shows. */
function shown(event: CallEvent): Omit<Happening, "name"> {
  const { receiverText: text, nameSpan: at, statement } = event;
  return { text, at, site: at, statement, chain: [] };
}

/** The contract that holds for a receiver: what its value is known to be, or else what its type says. */
function typeOf(receiver: Value, event: CallEvent): KnownType | undefined {
  const declared =
    event.receiverType && !event.receiverType.promised && !event.receiverType.array
      ? event.receiverType.type
      : undefined;
  if (receiver.kind !== "thing" && receiver.kind !== "unknown" && receiver.kind !== "promise") return undefined;
  const known = receiver.kind === "thing" ? receiver.type : undefined;
  // What a pool of anything holds has a contract of its own besides.
  if (known?.kind === "handle" && known.handle.anyMethod && declared?.kind === "handle") return declared;
  return known ?? declared;
}

function identityOf(solver: BodySolver, receiver: Value, event: CallEvent): Identity {
  if (receiver.kind === "thing") return receiver.id;
  if (receiver.kind === "promise" && receiver.result.kind === "thing") return receiver.result.id;
  return `@${solver.body.id}:${event.span.start}:receiver`;
}

export interface Member {
  identity: Identity;
  type: KnownType;
  method: string;
  receiver: Value;
  values: Value[];
}

/** A method that the contract of its receiver speaks of. */
function memberCall(solver: BodySolver, state: State, event: CallEvent, member: Member): Value | undefined {
  const { type, method } = member;
  if (type.kind === "guard") return guardCall(solver, state, event, member);
  const told = stateOf(type, method, true);
  if (told) return { ...thing(`${member.identity}.${method}()`), tells: { of: member.identity, property: told } };
  const releases = type.kind === "handle" ? type.handle.releases : (type.source.releases ?? {});
  const releasing = own(releases, method);
  if (releasing && releasesNothing(releasing, member.values)) return unknown;
  if (releasing) return releaseCall(solver, state, event, member, releasing);
  if (type.kind === "source") return sourceCall(solver, state, event, member);

  setByMethod(solver, state, event, member, type);
  const section = type.handle.sections?.find(({ ends }) => ends.includes(method));
  if (section) endSection(state, member.identity, section.lane);
  const operation = own(type.handle.operations, method);
  if (operation) return operationCall(solver, state, event, { ...member, type }, operation);
  const api = own(type.handle.methods ?? {}, method);
  if (api) return apiCall(solver, state, event, member, api, []);
  if (type.handle.drains?.includes(method))
    return { kind: "promise", tokens: handedOver(state, member.identity), result: unknown };
  if (type.handle.anyMethod) return operationCall(solver, state, event, { ...member, type }, type.handle.anyMethod);
  return undefined;
}

function sourceCall(solver: BodySolver, state: State, event: CallEvent, member: Member): Value | undefined {
  if (member.type.kind !== "source") return undefined;
  const { source } = member.type;
  const life = lifeOf(member.type);
  const end = life && own(source.ends ?? {}, member.method);
  if (end) {
    noteLocked(solver, state, event, { ...member, type: life, name: member.method }, end);
    return releaseCall(solver, state, event, { ...member, type: life }, end);
  }
  const isCall = own(source.methods ?? {}, member.method) ?? own(source.operations ?? {}, member.method);
  if (life && isCall) usedAfterEnd(solver, state, event, { ...member, type: life });
  const api = own(source.methods ?? {}, member.method);
  if (api) {
    const value = apiCall(solver, state, event, member, api, []);
    if (life && api.limited) lend(solver, state, event, { ...member, type: life, name: member.method }, value);
    return value;
  }
  const operation = own(source.operations ?? {}, member.method);
  if (!operation) return undefined;
  const callback = callbackOf(operation, member.values);
  if (callback) {
    const parameters = parametersOf(solver, state, event, operation, callback, member);
    applyLater(solver, state, event, callback, new Set(), parameters);
    return { kind: "promise", tokens: [], result: unknown };
  }
  return (
    usesHandleArgument(solver, state, event, member.values) ?? apiCall(solver, state, event, member, operation, [])
  );
}

/** A source is used: too late, if it has ended. */
function usedAfterEnd(solver: BodySolver, state: State, event: CallEvent, member: Member & { type: HandleType }): void {
  const token = begin(solver, state, {
    identity: member.identity,
    type: member.type,
    operation: { settledBy: "return" },
    name: member.method,
    ...shown(event),
    later: false,
    locks: new Set(state.locks),
    certain: true,
  });
  state.pending.delete(token.key);
  solver.operationEffect(state, token);
}

/** What was handed over and is not out yet: a drain settles with it. */
function handedOver(state: State, identity: Identity): string[] {
  return [...state.pending]
    .filter(([, token]) => token.identity === identity && token.operation.handsOver)
    .map(([key]) => key);
}

function endSection(state: State, identity: Identity, lane: string): void {
  for (const [key, token] of state.pending)
    if (token.identity === identity && token.lane === lane) state.pending.delete(key);
}

/** An operation of a handle. */
function operationCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  member: Member & { type: HandleType },
  operation: Operation,
): Value {
  const { identity, type, method, values } = member;
  const exclusive =
    (member.receiver.kind === "thing" && member.receiver.exclusive === true) || event.receiverType?.exclusive === true;
  const text = event.texts[0];
  if (operation.builds || operation.lazy) {
    const phase = state.phases.get(identity) ?? event.receiverType?.phase;
    const builder: BuilderValue = {
      kind: "builder",
      of: identity,
      type,
      operation:
        operation.lazy && !operation.builds
          ? { ...operation, builds: { runs: ["then", "catch", "finally"], lazy: true } }
          : operation,
      name: method,
      at: event.nameSpan,
      statement: event.statement,
      text: event.receiverText,
      ...(phase !== undefined && { phase }),
    };
    return builder;
  }
  const callback = callbackOf(operation, values);
  const settles = operation.settledBy ?? "promise";
  const lane = exclusive || isIndependent(state, operation, event, values) ? undefined : operation.lane;
  const immediate =
    settles === "return" ||
    (settles === "callback" && !callback && isToldElsewhere(event, values)) ||
    (operation.returnsArgument !== undefined && isMadeElsewhere(values[operation.returnsArgument.argument]));
  const drained = type.handle.drains?.includes(method) ? handedOver(state, identity) : [];
  const returned = returnedArgument(solver, state, operation, member, values);
  const token = begin(solver, state, {
    identity,
    type,
    operation,
    ...(lane !== undefined && { lane }),
    name: method,
    ...shown(event),
    later: false,
    locks: new Set(state.locks),
    ...(returned?.derived && { until: returned.value.id }),
    ...(callback && { toCallback: true }),
    ...(settles === "close" && { until: `@${solver.body.id}:${event.span.start}` }),
    ...(event.receiverType?.phase !== undefined && { phase: event.receiverType.phase }),
    certain: true,
  });
  noteCallArgument(solver, state, identity, method, event, values);
  changePhase(solver, state, identity, operation, text);
  const inSection = type.handle.sections?.some(({ begins }) => begins.includes(method)) ?? false;
  solver.operationEffect(state, token);
  if (immediate && !inSection) state.pending.delete(token.key);
  if (method === "[Symbol.asyncIterator]") endDerived(state, identity);
  // One that is told of its rows in a function reads on in there.
  if (callback && operation.exhausts) noteRead(solver, state, identity, true);

  if (callback && (settles === "callback" || settles === "either")) {
    applyLater(
      solver,
      state,
      event,
      callback,
      new Set([token.key, ...drained]),
      parametersOf(solver, state, event, operation, callback, member),
    );
    return operation.callbacks ? unknown : { kind: "promise", tokens: [], result: unknown };
  }
  if (returned) return returned.value;
  const tokens = immediate || settles === "callback" || settles === "close" || inSection ? [] : [token.key, ...drained];
  const value = apiCall(solver, state, event, member, operation, tokens);
  if (settles === "close" && value.kind === "promise") return { ...value, endsOnFailure: [token.key] };
  if (immediate || settles === "close") return value;
  return value.kind === "promise" ? value : { kind: "promise", tokens, result: value };
}

/** An operation begins or ends a phase of its handle. */
function changePhase(
  solver: BodySolver,
  state: State,
  identity: Identity,
  { begins, ends }: Operation,
  text: string | undefined,
): void {
  if (begins && textMatches(begins.text, text)) {
    state.phases.set(identity, begins.phase);
    forgetOverlaps(solver, state, (other) => other === identity);
  }
  if (!ends || !textMatches(ends.text, text)) return;
  const commits = ends.commits === true || (ends.commits !== undefined && textMatches(ends.commits, text));
  if (commits && !state.phases.has(identity)) judgeInPhase(solver, state, identity, ends.phase);
  state.phases.delete(identity);
  forgetOverlaps(solver, state, (other) => other === identity);
}

/** A loop over a derived handle runs to its end. */
function endDerived(state: State, identity: Identity): void {
  for (const [key, token] of state.pending) if (token.until === identity) state.pending.delete(key);
}

function returnedArgument(
  solver: BodySolver,
  state: State,
  api: Api,
  member: Member,
  values: readonly Value[],
): { value: Value & { kind: "thing" }; derived: boolean } | undefined {
  const returned = api.returnsArgument;
  const value = returned && values[returned.argument];
  if (!returned || value?.kind !== "thing") return undefined;
  if (returned.types) {
    const { type } = value;
    if (!type || !returned.types.some((name) => solver.engine.resolve(name, member.type.contract) === type)) {
      const name = type?.kind === "handle" ? `${type.contract.package}#${type.handle.name}` : "";
      if (!returned.types.includes(name)) return undefined;
    }
  }
  if (returned.derived) state.parents.set(value.id, member.identity);
  return { value: returned.serialised ? { ...value, exclusive: true } : value, derived: returned.derived === true };
}

function noteCallArgument(
  solver: BodySolver,
  state: State,
  identity: Identity,
  method: string,
  event: CallEvent,
  values: readonly Value[],
): void {
  remember(state, identity, method, event.nameSpan);
  if (!solver.engine.serialisers.has(method)) return;
  values.forEach((value, index) => {
    if (value.kind === "constant" && typeof value.value === "number") {
      state.facts.set(`call ${identity}.${method}(${index})=${value.value}`, yes);
    }
  });
}

function isIndependent(state: State, operation: Operation, event: CallEvent, values: readonly Value[]): boolean {
  if (event.spread) return true;
  const given = (index: number): boolean => {
    const value = values[index];
    return value !== undefined && !(value.kind === "constant" && typeof value.value !== "number");
  };
  if (operation.independentWithArgument !== undefined && given(operation.independentWithArgument)) return true;
  return (operation.independentWhen ?? []).some((when) =>
    "property" in when
      ? givesProperty(state, values, when.property)
      : values.length === when.ofArguments && given(when.argument),
  );
}

/** Whether an argument is an object with this property. */
function givesProperty(state: State, values: readonly Value[], property: string): boolean {
  return values.some((value) => value.kind === "object" && state.heap.get(value.id)?.properties.has(property));
}

/** The function that a callback style call is given as its last argument. */
function callbackOf(operation: Operation, values: readonly Value[]): Value | undefined {
  if (operation.settledBy !== "callback" && operation.settledBy !== "either") return undefined;
  const last = values.at(-1);
  return last?.kind === "function" || last?.kind === "releaser" ? last : undefined;
}

/** Whether the function that it is given, if it is one, came from somewhere else: there they know when it is over. */
function isToldElsewhere({ spread, givesCallback }: CallEvent, values: readonly Value[]): boolean {
  if (!spread && givesCallback === false) return false;
  const last = values.at(-1);
  return spread || last?.kind === "thing" || last?.kind === "unknown" || last?.kind === "choice";
}

/** An object of a class that is not known: what the call gives for it is not, either. */
function isMadeElsewhere(value: Value | undefined): boolean {
  return value?.kind === "thing" && value.made === true && value.type === undefined;
}

/** Runs a callback at some time that nobody here waits for. */
function applyLater(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callback: Value,
  settled: ReadonlySet<string>,
  parameters: readonly Value[],
): void {
  if (callback.kind !== "function") return;
  const applied = apply(solver, state, callback, {
    arguments: parameters,
    place: event.span,
    later: true,
    settled,
    task: { kind: "delayed", at: event.nameSpan, id: `delayed ${event.span.start}` },
  });
  solver.releaseEventually(state, applied.deferred);
}

/** What a contract says of a call that is no operation, or of what an operation hands out. */
function apiCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  member: Member,
  api: Api,
  tokens: readonly string[],
): Value {
  const returned = returnedArgument(solver, state, api, member, member.values);
  if (returned) return returned.value;
  let instead = false;
  const carried: string[] = [...tokens];
  for (const callback of api.callbacks ?? []) {
    const given = functionAt(state, callback, member.values);
    if (!given) continue;
    instead ||= callback.insteadOfReturn === true;
    carried.push(...contractCallback(solver, state, event, member, callback, given, new Set(tokens)));
  }
  if (instead) return unknown;
  if (!api.returns) {
    return carried.length > 0 || (api.callbacks ?? []).some(({ awaited }) => awaited)
      ? { kind: "promise", tokens: carried, result: unknown }
      : unknown;
  }
  const { unlessGiven } = api.returns;
  if (unlessGiven !== undefined && givesProperty(state, member.values, unlessGiven)) return unknown;
  const value = hand(solver, state, event, member, api.returns, "");
  return api.returns.promised ? { kind: "promise", tokens: carried, result: value } : value;
}

function functionAt(state: State, callback: Callback, values: readonly Value[]): FunctionValue | undefined {
  const argument = values.at(callback.argument);
  const value =
    callback.property === undefined
      ? argument
      : argument?.kind === "object"
        ? state.heap.get(argument.id)?.properties.get(callback.property)
        : undefined;
  return value?.kind === "function" ? value : undefined;
}

function parametersOf(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  api: Api,
  callback: Value,
  member: Member,
): Value[] {
  const described = api.callbacks?.find((candidate) => functionAt(state, candidate, member.values) === callback);
  return described ? callbackParameters(solver, state, event, member, described) : [];
}

function callbackParameters(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  member: Member,
  callback: Callback,
): Value[] {
  const values: Value[] = [];
  (callback.parameters ?? []).forEach((hands, index) => {
    if (hands?.releases !== undefined && hands.releases !== "lock") {
      const released = values[hands.releases];
      const type = released?.kind === "thing" ? released.type : undefined;
      const handle = type?.kind === "handle" ? type : undefined;
      const [name, contract] = handle ? firstRelease(handle) : [];
      values.push(
        released?.kind === "thing" && handle && name !== undefined
          ? { kind: "releaser", of: released.id, type: handle, release: contract, name }
          : unknown,
      );
    } else values.push(hands ? hand(solver, state, event, member, hands, `:${index}`) : unknown);
  });
  return values;
}

/** A function given to a library. Gives the tokens that the promise of the call waits for. */
function contractCallback(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  member: Member,
  callback: Callback,
  given: FunctionValue,
  settled: ReadonlySet<string> = new Set(),
): readonly string[] {
  const parameters = callbackParameters(solver, state, event, member, callback);
  const place = event.span;
  const task = (kind: "listener" | "delayed") => ({ kind, at: event.nameSpan, id: `${kind} ${event.span.start}` });
  switch (timingOf(state, callback, member.values)) {
    case "now": {
      // What the call itself is busy with is this callback.
      const applied = apply(solver, state, given, { arguments: parameters, place, settled });
      if (callback.scope) endScope(solver, state, event, callback, parameters, applied);
      return callback.awaited ? solver.tokensOf(state, applied.result) : [];
    }
    case "later":
      apply(solver, state, given, { arguments: parameters, place, later: true, task: task("delayed") });
      return [];
    case "repeatedly":
      if (callback.serialisedBy && isSerialised(state, member.identity, callback.serialisedBy)) {
        apply(solver, state, given, { arguments: parameters, place, later: true, task: task("listener") });
      } else {
        applyRepeatedly(solver, state, given, () => ({
          arguments: callbackParameters(solver, state, event, member, callback),
          place,
          later: true,
          // What a function of the library makes serves others; what calls back for a handle ends with it.
          task: { ...task("listener"), isRequest: event.library !== undefined },
        }));
      }
      return [];
    case "in turn":
      runInTurn(solver, state, event, callback, given, parameters);
      return [];
    case "one at a time": {
      if (callback.awaited)
        return solver.tokensOf(state, apply(solver, state, given, { arguments: parameters, place }).result);
      apply(solver, state, given, { arguments: parameters, place, later: true, task: task("listener") });
      return [];
    }
  }
}

/** Nothing of what runs in its own time, beside nothing else, is left over for the code around it. */
function runInTurn(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callback: Callback,
  given: FunctionValue,
  parameters: readonly Value[],
): void {
  const turn = state.clone();
  turn.pending.clear();
  const applied = apply(solver, turn, given, { arguments: parameters, place: event.span });
  if (applied.result.kind === "promise") settle(solver, turn, applied.result, "success", event.span);
  if (callback.scope) endScope(solver, turn, event, callback, parameters, applied);
}

/** When it runs, with what the call is given: `{ partitionsConsumedConcurrently: 4 }` lets several run at once. */
function timingOf(state: State, { timing, argument, unlessMore }: Callback, values: readonly Value[]): Timing {
  const options = values.at(argument);
  const cell = options?.kind === "object" && unlessMore !== undefined ? state.heap.get(options.id) : undefined;
  const given = cell?.properties.get(unlessMore ?? "");
  return given?.kind === "constant" && typeof given.value === "number" && given.value > 1 ? "repeatedly" : timing;
}

function isSerialised(state: State, identity: Identity, by: NonNullable<Callback["serialisedBy"]>): boolean {
  return state.facts.has(`call ${identity}.${by.method}(${by.argument})=${by.equals}`);
}

/** The callback's promise has settled: what is still pending on its handles outlives the scope. */
function endScope(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callback: Callback,
  parameters: readonly Value[],
  applied: Applied,
): void {
  const { scope } = callback;
  if (!scope) return;
  for (const parameter of parameters) {
    if (parameter.kind !== "thing" || parameter.type === undefined || parameter.type.kind === "guard") continue;
    const release = {
      name: event.method ?? event.receiverText,
      ...shown(event),
    };
    for (const key of [...applied.left, ...applied.leftOnFailure]) {
      const token = state.pending.get(key);
      const type = token?.type;
      if (!token || !type || !isWithin(token.identity, parameter.id) || token.orphan) continue;
      const onlyOnFailure = !applied.left.includes(key);
      if (scope.waits && !token.later) continue;
      if (onlyOnFailure && !outlivesFailure(type, token)) continue;
      solver.facts.earlyRelease({
        type,
        pending: token,
        release,
        end: "scope",
        waits: scope.waits,
        ...(onlyOnFailure && { onFailure: true }),
        certain: isSurelyPending(token) && !state.merged,
      });
    }
    for (const [key, token] of state.pending)
      if (isWithin(token.identity, parameter.id) && applied.left.includes(key)) state.pending.delete(key);
    const { type } = parameter;
    if (type.kind !== "handle") continue;
    state.released.set(parameter.id, { type, at: event.nameSpan, name: release.name, chain: [], certain: true });
  }
}

/** A statement that was sent before the failure is ahead of the rollback, on what queues in order. */
function outlivesFailure(type: HandleType, token: Token): boolean {
  const lane = type.handle.lanes[token.lane ?? ""];
  const overlap = (token.phase === undefined ? undefined : lane?.phases?.[token.phase]) ?? lane?.overlap;
  if (overlap?.outcome !== "queues") return true;
  return overlap.lateStatements === "any" || (overlap.lateStatements === "after an await" && token.later);
}

/** What a call hands out. */
function hand(solver: BodySolver, state: State, event: CallEvent, member: Member, hands: Hands, suffix: string): Value {
  const type = solver.engine.resolve(hands.type, member.type.contract);
  if (!type) return unknown;
  if (hands.releases === "lock") return unknown;
  if (hands.view) {
    if (hands.phase !== undefined) state.phases.set(member.identity, hands.phase);
    return { kind: "thing", id: member.identity, type, fresh: member.identity.startsWith("@") };
  }
  const id = `@${solver.body.id}:${event.span.start}${suffix}`;
  solver.age(state, id);
  if (hands.derived) state.parents.set(id, member.identity);
  if (hands.phase !== undefined) state.phases.set(id, hands.phase);
  state.made.set(nameOf(type), event.nameSpan);
  const value = thing(id, type);
  return hands.array
    ? solver.allocate(state, event.span, { properties: new Map(), elements: value, many: true })
    : value;
}

function nameOf(type: KnownType): string {
  return type.kind === "handle" ? type.handle.name : type.kind === "source" ? type.source.name : type.guard.name;
}

/** A new value of a type: `new Pool()`. */
function acquire(solver: BodySolver, state: State, event: CallEvent, type: KnownType): Value {
  const id = `@${solver.body.id}:${event.span.start}`;
  solver.age(state, id);
  state.made.set(nameOf(type), event.nameSpan);
  noteOptions(solver, state, event);
  if (type.kind === "guard") noteGuard(solver, state, event, type, id);
  return thing(id, type);
}

/** Options that contracts make a difference of, such as `pipeline: true`. */
function noteOptions(solver: BodySolver, state: State, event: CallEvent): void {
  for (const register of event.arguments) {
    const value = solver.value(state, register);
    const cell = value.kind === "object" ? state.heap.get(value.id) : undefined;
    for (const [name, property] of cell?.properties ?? []) {
      if (property.kind === "constant") solver.engine.madeWith.add(`${name}=${String(property.value)}`);
    }
  }
}

/** An exported class or function of a library. */
function libraryCall(solver: BodySolver, state: State, event: CallEvent, values: Value[]): Value | undefined {
  const { library } = event;
  if (!library) return unknown;
  const { contract, export: exported } = library;
  if (exported.kind === "class") {
    const type = solver.engine.resolve(exported.type, contract);
    if (!type) return unknown;
    const viewed = exported.construct?.viewOf === undefined ? undefined : values[exported.construct.viewOf];
    const value = viewed?.kind === "thing" ? { ...viewed, type } : acquire(solver, state, event, type);
    const member: Member = {
      identity: value.kind === "thing" ? value.id : "",
      type,
      method: "new",
      receiver: value,
      values,
    };
    for (const callback of exported.construct?.callbacks ?? []) {
      const given = functionAt(state, callback, values);
      if (given) contractCallback(solver, state, event, member, callback, given);
    }
    return value;
  }
  if (exported.kind !== "function") return unknownCall(solver, state, event, unknown, values);
  const nowhere: KnownType = { kind: "source", contract, source: { name: "", types: [] } };
  const returned = exported.returnsArgument && values[exported.returnsArgument.argument];
  if (returned?.kind === "thing")
    return exported.returnsArgument?.serialised ? { ...returned, exclusive: true } : returned;
  const type = exported.returns && solver.engine.resolve(exported.returns.type, contract);
  if (type?.kind === "guard") {
    return acquire(solver, state, event, type);
  }
  if (!type && !exported.callbacks) return unknownCall(solver, state, event, unknown, values);
  const member: Member = {
    identity: `@${solver.body.id}:${event.span.start}`,
    type: type ?? nowhere,
    method: "()",
    receiver: unknown,
    values,
  };
  return apiCall(solver, state, event, member, exported, []);
}

/** An instance of a class of this file. */
function construct(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callee: Value & { kind: "instance" },
  values: Value[],
): Value {
  const id = `@${solver.body.id}:${event.span.start}`;
  solver.age(state, id);
  const value: Value = { kind: "instance", id, class: callee.class };
  const body = solver.engine.graph.classes[callee.class]?.constructor_;
  if (body !== undefined) {
    apply(solver, state, { kind: "function", body }, { arguments: values, self: value, place: event.span });
  }
  return value;
}

/** Whether the call is none of those that release: also where nobody knows what it is given. */
function releasesNothing({ unless }: Release, values: readonly Value[]): boolean {
  const given = unless && values[unless.argument];
  return given !== undefined && (given.kind !== "constant" || given.value === unless?.equals);
}

function releaseCall(solver: BodySolver, state: State, event: CallEvent, member: Member, contract: Release): Value {
  const argument = contract.releasesArgument === undefined ? undefined : member.values[contract.releasesArgument];
  const target = contract.releasesArgument === undefined ? undefined : (argument ?? unknown);
  if (contract.builds) {
    return {
      kind: "builder",
      of: member.identity,
      type: member.type,
      operation: { builds: contract.builds },
      name: member.method,
      at: event.nameSpan,
      statement: event.statement,
      text: event.receiverText,
      ...(member.type.kind === "handle" && { release: { release: contract, type: member.type } }),
    };
  }
  const identity = target ? (target.kind === "thing" ? target.id : undefined) : member.identity;
  const type = target
    ? target.kind === "thing"
      ? (target.type ?? pooledType(solver, member))
      : undefined
    : member.type;
  if (identity !== undefined && type?.kind === "handle") {
    release(solver, state, {
      identity,
      type,
      release: asCalled(contract, member.values),
      name: member.method,
      ...shown(event),
      certain: true,
      end: "release",
      ...(contract.kind === "abort" && event.wayOut && { aborts: true }),
    });
    const callback = member.values.at(-1);
    if (callback?.kind === "function") applyLater(solver, state, event, callback, new Set(), []);
  }
  return contract.promised ? released(contract, event.nameSpan) : unknown;
}

/** The promise of a release. */
function released({ failsOpen }: Release, at: Span): Value {
  return { kind: "promise", tokens: [], result: unknown, open: true, ...(failsOpen && { undoneOnFailure: [at] }) };
}

/** The release as it is with these arguments: one that is given an error breaks off what is under way, and is meant to. */
function asCalled(contract: Release, values: readonly Value[]): Release {
  const { abortsWith } = contract;
  const given = abortsWith && values[abortsWith.argument];
  if (!abortsWith || !given || (given.kind === "constant" && !given.value)) return contract;
  return { ...contract, kind: "abort", ...(abortsWith.pending && { pending: abortsWith.pending }) };
}

/** What a pool hands out, for a handle whose own type is not known. */
function pooledType(solver: BodySolver, member: Member): KnownType | undefined {
  if (member.type.kind !== "source") return undefined;
  for (const api of Object.values(member.type.source.methods ?? {})) {
    if (api.returns) return solver.engine.resolve(api.returns.type, member.type.contract);
  }
  return undefined;
}

/** `release()`, where that is a function that was handed out. */
function releaserCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  releaser: Value & { kind: "releaser" },
): Value {
  const values = event.arguments.map((register) => solver.value(state, register));
  const given = releaser.release ? { ...releaser, release: asCalled(releaser.release, values) } : releaser;
  solver.releaseBy(state, given, { at: event.nameSpan, statement: event.statement, text: event.receiverText });
  return unknown;
}

/** An option that is set by a method. */
function setByMethod(solver: BodySolver, state: State, event: CallEvent, member: Member, type: HandleType): void {
  for (const option of type.handle.options ?? []) {
    if (!("method" in option.set) || option.set.method !== member.method) continue;
    const { firstArgument } = option.set;
    const text = event.texts[0];
    const first = member.values[0];
    const matches =
      firstArgument === undefined ||
      firstArgument.some((wanted) => wanted === text || (first?.kind === "constant" && first.value === wanted));
    if (!matches) continue;
    const value = member.values.at(-1) ?? unknown;
    applyOption(solver, state, member.identity, type, option, value, {
      text: event.receiverText,
      at: event.nameSpan,
      statement: event.statement,
    });
  }
}

/** A method of a query that is being built. */
function builderCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  builder: BuilderValue,
  method: string,
  values: Value[],
): Value {
  if (!builder.operation.builds?.runs.includes(method)) return builder;
  if (builder.release) {
    release(solver, state, {
      identity: builder.of,
      type: builder.release.type,
      release: builder.release.release,
      name: builder.name,
      text: builder.text,
      at: builder.at,
      site: builder.at,
      statement: builder.statement,
      chain: [],
      certain: true,
      end: "release",
    });
    return released(builder.release.release, builder.at);
  }
  if (builder.operation.callbacks) {
    const member: Member = { identity: builder.of, type: builder.type, method, receiver: builder, values };
    return apiCall(solver, state, event, member, builder.operation, []);
  }
  const handled = executedOn(solver, state, event, values);
  if (handled) return handled;
  endSectionBy(state, builder, method);
  const promise = run(solver, state, builder, undefined, event);
  if (method !== "then" && method !== "catch" && method !== "finally") return promise;
  return promiseCall(solver, state, event, promise, method, values) ?? promise;
}

/** `multi().exec()` ends what `watch` began. */
function endSectionBy(state: State, builder: BuilderValue, method: string): void {
  if (builder.type.kind !== "handle") return;
  const section = builder.type.handle.sections?.find(({ ends }) => ends.includes(method));
  if (section) endSection(state, builder.of, section.lane);
}

/** A handle passed along: `{ session }`, `.transacting(trx)`, `.execute(trx)`. */
function usesHandleArgument(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  values: readonly Value[],
): Value | undefined {
  for (const value of values) {
    if (value.kind !== "object") continue;
    const cell = state.heap.get(value.id);
    for (const [name, property] of cell?.properties ?? []) {
      const type = property.kind === "thing" ? property.type : undefined;
      if (property.kind !== "thing" || type?.kind !== "handle" || type.handle.passedAs?.property !== name) continue;
      return passed(solver, state, event, { ...property, type }, type);
    }
  }
  return undefined;
}

function executedOn(solver: BodySolver, state: State, event: CallEvent, values: readonly Value[]): Value | undefined {
  const [value] = values;
  const type = value?.kind === "thing" ? value.type : undefined;
  const method = type?.kind === "handle" ? type.handle.passedAs?.method : undefined;
  if (value?.kind !== "thing" || type?.kind !== "handle" || method === undefined || method !== event.method)
    return undefined;
  return passed(solver, state, event, value, type);
}

function passed(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  handle: Value & { kind: "thing" },
  type: HandleType,
): Value {
  const { passedAs } = type.handle;
  const method = event.method ?? "";
  const operation: Operation = { ...(passedAs && { lane: passedAs.lane }) };
  if (passedAs?.builds?.methods.includes(method)) {
    return {
      kind: "builder",
      of: handle.id,
      type,
      operation: { ...operation, builds: { runs: passedAs.builds.runs } },
      name: method,
      at: event.nameSpan,
      statement: event.statement,
      text: event.receiverText,
    };
  }
  const token = begin(solver, state, {
    identity: handle.id,
    type,
    operation,
    ...(passedAs && { lane: passedAs.lane }),
    name: method,
    ...shown(event),
    later: false,
    locks: new Set(state.locks),
    // What is not known to give a promise may be over at once.
    ...(event.receiverType === undefined && event.thenable !== true && { guessed: true }),
    certain: true,
  });
  solver.operationEffect(state, token);
  return { kind: "promise", tokens: [token.key], result: unknown };
}

/** A function or method of this file. */
function applyDirectly(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callee: FunctionValue,
  self: Value | undefined,
  values: Value[],
): Value | undefined {
  if (event.spread) return unknownCall(solver, state, event, unknown, values);
  const body = solver.engine.graph.bodies[callee.body];
  const isInline = body !== undefined && body.parent === solver.body.id && body.name === undefined;
  if (event.ignored && body?.async && solver.engine.summaryOf(callee.body).endless) {
    return startLoop(solver, state, event, callee, self, values);
  }
  const application: Application = {
    arguments: values,
    ...(self && { self }),
    place: event.span,
    ...(!isInline && { at: event.nameSpan, statement: event.statement }),
  };
  return settleOn(solver, event, applyEachWay(solver, state, callee, application));
}

/** Goes on with the first of the ways that a call has taken, and with the others beside it. */
function settleOn(solver: BodySolver, event: CallEvent, ways: readonly Taken[]): Value | undefined {
  for (const { applied, state } of ways) {
    if (event.ignored && applied.result.kind === "promise") noteFloating(state, event, applied.result);
  }
  const thrown = ways.filter(({ applied, ends }) => ends === "throws" && applied.result.kind !== "promise");
  for (const { state } of thrown) solver.raise(state);
  const [first, ...others] = ways.filter((way) => !thrown.includes(way));
  for (const { state, applied } of others) {
    state.registers.set(event.into, applied.result);
    solver.fork(state);
  }
  if (!first) return undefined;
  if (first === ways[0]) return first.applied.result;
  // The state that was given has gone another way.
  first.state.registers.set(event.into, first.applied.result);
  solver.fork(first.state);
  return undefined;
}

/** A loop that goes on for ever beside the rest: what it does shows where it does it. */
function startLoop(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callee: FunctionValue,
  self: Value | undefined,
  values: Value[],
): Value {
  return apply(solver, state, callee, {
    arguments: values,
    ...(self && { self }),
    place: event.span,
    task: { kind: "call", at: event.nameSpan, id: `call ${event.span.start}` },
  }).result;
}

/** An un-awaited call goes on beside the code that made it. */
function noteFloating(state: State, event: CallEvent, promise: PromiseValue): void {
  for (const key of promise.tokens) {
    const token = state.pending.get(key);
    if (token && !token.task) {
      state.pending.set(key, { ...token, task: { kind: "call", at: event.nameSpan, id: `call ${event.span.start}` } });
    }
  }
}

/** `f.call`, `f.apply`, `f.bind`. */
function functionMethod(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callee: FunctionValue,
  method: string,
  values: Value[],
): Value | undefined {
  const [self, ...rest] = values;
  if (method === "bind")
    return { ...callee, ...(self && !callee.self && { self }), bound: [...(callee.bound ?? []), ...rest] };
  if (method === "call") return applyDirectly(solver, state, event, callee, self, rest);
  return unknownCall(solver, state, event, unknown, values);
}

/** A call of which nothing is known but what it is given. */
function unknownCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callee: Value,
  values: Value[],
): Value | undefined {
  if (event.ends) {
    solver.raise(state);
    return undefined;
  }
  const isPlain = event.thenable === false;
  const withHandle = isPlain
    ? undefined
    : (usesHandleArgument(solver, state, event, values) ?? executedOn(solver, state, event, values));
  if (withHandle) return withHandle;
  const used = helperCall(solver, state, event, values);
  if (used) return used;
  const given = new Set(values.flatMap(namesIn));
  if (given.size > 0) {
    mayBeOver(state, ({ identity }) => given.has(identity), true);
    forgetOverlaps(solver, state, (identity) => given.has(identity));
  }
  for (const value of values) solver.escape(state, value, event.span);
  if (event.receiver !== undefined) solver.escape(state, solver.value(state, event.receiver), event.span);
  const id = `@${solver.body.id}:${event.span.start}`;
  solver.age(state, id);
  const { resultType } = event;
  const result: Value = { ...thing(id, resultType?.type), ...(event.construct && { made: true }) };
  const handles = values.flatMap((value, index) => handlesIn(state, withType(value, event.given?.[index]?.type.type)));
  const isParameter = callee.kind === "thing" && !event.construct && cameIn(solver, callee.id);
  if (!isParameter && (handles.length === 0 || event.thenable !== true)) {
    return resultType?.promised ? { kind: "promise", tokens: [], result, open: true } : result;
  }
  const token: Token = {
    key: `call ${event.span.start}`,
    identity: `call:${isParameter ? callee.id : "unknown"}`,
    operation: {},
    name: event.method ?? event.receiverText,
    ...shown(event),
    later: state.suspended,
    locks: new Set(state.locks),
    // Whoever drops what a call gives does so because it is no promise, unless it is known to be one.
    ...(handles.length > 0 && (!event.ignored || event.thenable === true) && { uses: handles }),
    guessed: !isParameter || event.thenable !== true,
    certain: true,
  };
  const before = [...state.pending.keys()];
  state.pending.set(token.key, token);
  if (isParameter) {
    solver.effect(state, `invocation ${token.key}`, {
      kind: "invocation",
      callee: callee.id,
      arguments: values,
      token,
      status: "left",
      pending: before,
      result: id,
      after: [...state.effects],
      key: `invocation ${token.key}`,
    });
  }
  return { kind: "promise", tokens: [token.key], result, guess: true, open: true };
}

/**
 * A function of another file is given a handle that has its operations wait for each other: nothing else is known, but
 * it is hardly given the handle for anything but operations, one after the other.
 */
function helperCall(solver: BodySolver, state: State, event: CallEvent, values: readonly Value[]): Value | undefined {
  if (!event.own || event.thenable !== true) return undefined;
  const handles = values.flatMap((value, index) => {
    const given = event.given?.[index];
    const { type: handle, array, promised, phase } = given?.type ?? {};
    if (value.kind !== "thing" || handle?.kind !== "handle" || array || promised || !given) return [];
    const lane = queueOf(handle);
    return lane === undefined ? [] : [{ identity: value.id, type: handle, lane, text: given.text, phase }];
  });
  const [only] = handles;
  if (!only || handles.length > 1) return undefined;
  const { phase, ...handle } = only;
  const token = begin(solver, state, {
    ...handle,
    operation: { lane: only.lane },
    name: event.method ?? event.receiverText,
    ...shown(event),
    text: only.text,
    later: true,
    locks: new Set(state.locks),
    guessed: true,
    ...(phase !== undefined && { phase }),
    certain: true,
  });
  solver.operationEffect(state, token);
  for (const value of values) solver.escape(state, value, event.span);
  const id = `@${solver.body.id}:${event.span.start}`;
  solver.age(state, id);
  return { kind: "promise", tokens: [token.key], result: thing(id, event.resultType?.type), guess: true, open: true };
}

/** The lane in which a handle keeps its operations in order, where it has just one. */
function queueOf({ handle }: HandleType): string | undefined {
  const queues = Object.entries(handle.lanes).filter(([, { overlap }]) => overlap.outcome === "queues");
  return queues.length === 1 ? queues[0]?.[0] : undefined;
}

/** The names of what a value may be. */
function namesIn(value: Value): Identity[] {
  return optionsOf(value).flatMap((option) => (option.kind === "thing" ? [option.id] : []));
}

/** Whether a function was given by a caller, to this body or to one around it. */
function cameIn(solver: BodySolver, id: Identity): boolean {
  if (/^p\d/.test(id)) return true;
  const variable = /^v(\d+)/.exec(id)?.[1];
  return variable !== undefined && solver.engine.graph.variables.get(Number(variable))?.parameter !== undefined;
}

/** A value of which only its place is known, with the type that it is declared to have. */
function withType(value: Value, type: KnownType | undefined): Value {
  if (value.kind === "choice") return { ...value, options: value.options.map((option) => withType(option, type)) };
  return value.kind === "thing" && !value.type && type ? { ...value, type } : value;
}

/** Handles among what a function is given. */
function handlesIn(state: State, value: Value): Identity[] {
  if (value.kind === "choice") return value.options.flatMap((option) => handlesIn(state, option));
  if (value.kind === "thing") return value.type?.kind === "handle" ? [value.id] : [];
  if (value.kind === "object") {
    return [...(state.heap.get(value.id)?.properties.values() ?? [])].flatMap((part) =>
      part.kind === "thing" && part.type?.kind === "handle" ? [part.id] : [],
    );
  }
  return [];
}
