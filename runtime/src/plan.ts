/** A contract made ready to be asked at every access: what each property of a handle means. One plan a type, made once. */

import {
  type Call,
  type Catalog,
  createCatalog,
  type EarlyOption,
  type Handle,
  type KnownType,
  type Lane,
  type Operation,
  type Property,
  referenceTo,
  type Release,
  type TypeName,
} from "@holdfast/contracts";

/** What is known of a method or property before it becomes a member. */
interface Meaning {
  operation?: Operation;
  /** Position of its lane in the plan. */
  lane?: number | undefined;
  /** Lanes in which nothing may start while it is pending. */
  disturbs?: readonly number[];
  release?: Release;
  /** What a call takes and hands out; for an operation the operation itself. */
  call?: Call;
  property?: Property;
  /** Options that are set by assigning to the property, or by calling the method. */
  options?: readonly EarlyOption[];
  /** Early options must precede it, so that it is remembered. */
  isMilestone?: boolean;
}

/** What a method or property of a type means. A class, as its fields are read at every call. */
export class Member {
  readonly operation: Operation | undefined;
  readonly lane: number | undefined;
  readonly disturbs: readonly number[];
  /** The lane that it disturbs, if it is one. */
  readonly disturbed: number | undefined;
  readonly release: Release | undefined;
  readonly call: Call | undefined;
  readonly property: Property | undefined;
  readonly options: readonly EarlyOption[] | undefined;
  readonly isMilestone: boolean;
  /** It hands out handles when whoever called it is no longer on the stack. */
  readonly handsOutLater: boolean;
  readonly begins: Transition | undefined;
  readonly ends: Transition | undefined;
  /** Nothing is known of most of its calls but their lane: no callbacks, no handles, no phases. */
  readonly isPlain: boolean;
  /** Which of its calls are plain depends on what they are given. */
  readonly isSometimesMore: boolean;
  /** The same without its lane, for calls that are independent of it. */
  readonly elsewhere: Member | undefined;
  /** Whether its promises were seen to be more than promises. */
  isDecorated: boolean | undefined = undefined;
  /** How often it was called, for those who look at some calls only. */
  calls = 0;

  constructor(
    readonly name: string,
    readonly meaning: Meaning = {},
  ) {
    const { operation, lane, disturbs = [], release, call, property, options, isMilestone = false } = meaning;
    this.operation = operation;
    this.lane = lane;
    // One that only waits for what another brings about is in nobody's way.
    this.disturbs = operation?.waiter ? [] : disturbs;
    this.disturbed = this.disturbs.length === 1 ? this.disturbs[0] : undefined;
    this.release = release;
    this.call = call;
    this.property = property;
    this.options = options;
    this.isMilestone = isMilestone;
    this.handsOutLater =
      call?.returns?.promised === true ||
      (call?.callbacks?.some(({ parameters }) => parameters?.some(Boolean)) ?? false);
    this.begins = operation?.begins && transition(operation.begins);
    this.ends = operation?.ends && transition(operation.ends);
    this.isPlain = operation !== undefined && !options && isPlain(operation);
    const { independentWithArgument, independentWhen, begins, ends, returnsArgument } = operation ?? {};
    this.isSometimesMore = (begins ?? ends ?? returnsArgument) !== undefined;
    const isPositional = lane !== undefined && (independentWithArgument !== undefined || independentWhen !== undefined);
    this.elsewhere = isPositional ? new Member(name, { ...meaning, lane: undefined, disturbs: [] }) : undefined;
  }
}

/** A change of phase, where the first argument matches. */
export interface Transition {
  phase: string;
  text?: RegExp;
}

export interface LanePlan {
  readonly name: string;
  readonly lane: Lane;
  /** Lanes of which no operation may be pending when one of this lane starts. */
  readonly meets: readonly number[];
  /** The other way round: lanes in which nothing may start while one of this lane is pending. */
  readonly disturbs: readonly number[];
}

export interface Plan {
  readonly type: KnownType;
  /** `package#Type`. */
  readonly reference: string;
  readonly noun: string;
  readonly handle?: Handle;
  readonly lanes: readonly LanePlan[];
  readonly members: ReadonlyMap<PropertyKey, Member>;
  /** What every method is that is listed nowhere; the same for all values of the type, as its calls are counted. */
  readonly anyMember?: (name: string) => Member;
  readonly anyProperty?: Property;
  /** A call of the value itself. */
  readonly itself?: Member;
  /** Handles that are passed along with its calls: the names of the types. */
  readonly takes: readonly TypeName[];
  /** There is nothing to hold it against: it is handed out as it is. */
  readonly isInert: boolean;
  /** The type by a name of the contract. */
  resolve(name: TypeName): Plan | undefined;
}

/** All contracts, and the user's own where somebody has set them. */
let catalog: Catalog = createCatalog();
let plans = new Map<KnownType, Plan>();

/** The catalog that handles are looked up in. */
export function contracts(): Catalog {
  return catalog;
}

/** Takes another catalog, for what is guarded from now on. */
export function useContracts(other: Catalog): void {
  catalog = other;
  plans = new Map();
}

/** The plan of a type; the same for every value of it. */
export function planFor(type: KnownType): Plan {
  let plan = plans.get(type);
  if (plan === undefined) {
    plan = makePlan(type);
    plans.set(type, plan);
  }
  return plan;
}

/** The plan of what goes by `package#Type`. */
export function planNamed(reference: string): Plan | undefined {
  const type = catalog.named(reference);
  return type && planFor(type);
}

function makePlan(type: KnownType): Plan {
  const members = new Map<PropertyKey, Member>();
  const handle = type.kind === "handle" ? type.handle : undefined;
  const source = type.kind === "source" ? type.source : undefined;
  const facts: Partial<Pick<Handle, "operations" | "methods" | "properties" | "releases" | "anyProperty">> =
    handle ?? source ?? {};
  const lanes = handle ? lanesOf(handle) : [];
  // One that has to precede only the making of other handles is not followed: nobody keeps count of those.
  const options = (handle?.options ?? []).filter(({ precedes }) => precedes.length > 0);
  const milestones = new Set(options.flatMap(({ precedes }) => precedes));

  const add = (name: string, meaning: Meaning) => {
    const known = members.get(keyOf(name))?.meaning;
    members.set(keyOf(name), new Member(name, { ...known, ...meaning, isMilestone: milestones.has(name) }));
  };
  for (const [name, property] of Object.entries(facts.properties ?? {})) add(name, { property });
  for (const [name, call] of Object.entries(facts.methods ?? {})) add(name, { call });
  for (const [name, operation] of Object.entries(facts.operations ?? {})) add(name, operationMeaning(operation, lanes));
  for (const [name, release] of Object.entries(facts.releases ?? {})) add(name, { release });
  for (const option of options) {
    const name = "property" in option.set ? option.set.property : option.set.method;
    add(name, { options: [...(members.get(name)?.options ?? []), option] });
  }
  const itself = members.get("()");
  return {
    type,
    reference: referenceTo(type),
    noun: handle?.noun ?? referenceTo(type),
    lanes,
    members,
    ...(handle && { handle }),
    ...(handle?.anyMethod && { anyMember: membersOf(operationMeaning(handle.anyMethod, lanes)) }),
    ...(facts.anyProperty && { anyProperty: facts.anyProperty }),
    ...(itself && { itself }),
    takes: source?.takes ?? [],
    isInert: members.size === 0 && !handle?.anyMethod && !facts.anyProperty && !source?.takes,
    resolve(name) {
      const found = catalog.resolve(name, type.contract);
      return found && found.kind !== "guard" ? planFor(found) : undefined;
    },
  };
}

/** Members that all mean the same, by their names; each is made when it is first asked for. */
function membersOf(meaning: Meaning): (name: string) => Member {
  const members = new Map<string, Member>();
  return (name) => {
    const member = members.get(name) ?? new Member(name, meaning);
    members.set(name, member);
    return member;
  };
}

/** Whether it takes and hands out nothing that is of interest, and changes nothing. */
function isPlain(operation: Operation): boolean {
  return (operation.settledBy ?? "promise") === "promise" || operation.settledBy === "either"
    ? Object.keys(operation).every((key) => plainFacts.has(key))
    : false;
}

/** What may be said of an operation that is plain. */
const plainFacts = new Set<string>([
  "lane",
  "settledBy",
  "waiter",
  "consumes",
  "handsOver",
  "endsWithHandle",
  "keepsBuffer",
  "checkResult",
  "checkResultInLoop",
  "independentWithArgument",
  "independentWhen",
  // Only some calls do more than the others.
  "begins",
  "ends",
  "returnsArgument",
] satisfies (keyof Operation)[]);

function operationMeaning(operation: Operation, lanes: readonly LanePlan[]): Meaning {
  const lane = operation.lane === undefined ? -1 : lanes.findIndex(({ name }) => name === operation.lane);
  return { operation, call: operation, ...(lane >= 0 && { lane, disturbs: lanes[lane]!.disturbs }) };
}

const passed = new WeakMap<Plan, Map<string, Member>>();

/** The operation that a call of this name is for a handle that is passed along with it. */
export function passedMember(plan: Plan, name: string): Member {
  const known = passed.get(plan) ?? new Map<string, Member>();
  passed.set(plan, known);
  let member = known.get(name);
  if (member === undefined) {
    const { lane, builds } = plan.handle?.passedAs ?? {};
    const isBuilt = builds?.methods.includes(name);
    const operation: Operation = { ...(lane && { lane }), ...(isBuilt && { builds: { runs: builds!.runs } }) };
    member = new Member(name, operationMeaning(operation, plan.lanes));
    known.set(name, member);
  }
  return member;
}

function transition({ phase, text }: { phase: string; text?: string }): Transition {
  return { phase, ...(text !== undefined && { text: new RegExp(text, "i") }) };
}

function lanesOf({ lanes }: Handle): LanePlan[] {
  const names = Object.keys(lanes);
  /** Whether an operation of lane `later` may not start while one of lane `earlier` is pending. */
  const collide = (earlier: string, later: string): boolean =>
    earlier === later ||
    [...(lanes[earlier]?.excludes ?? []), ...(lanes[earlier]?.blocks ?? [])].includes(later) ||
    (lanes[later]?.excludes ?? []).includes(earlier);
  const positions = (test: (name: string) => boolean) => names.flatMap((name, index) => (test(name) ? [index] : []));
  return Object.entries(lanes).map(([name, lane]) => ({
    name,
    lane,
    meets: positions((other) => collide(other, name)),
    disturbs: positions((other) => collide(name, other)),
  }));
}

/** The key by which the property is read: two names in contracts stand for something else. */
function keyOf(name: string): PropertyKey {
  return name === "[Symbol.asyncIterator]" ? Symbol.asyncIterator : name;
}

const views = new WeakMap<Plan, WeakMap<Plan, Plan>>();

/** The plan of a view: it shares the lanes of the handle that it is a view of, which go by the same names. */
export function viewOf(plan: Plan, root: Plan): Plan {
  if (plan === root) return plan;
  const known = views.get(root) ?? new WeakMap<Plan, Plan>();
  views.set(root, known);
  let view = known.get(plan);
  if (view === undefined) {
    const inRoot = ({ name, meaning }: Member): Member => {
      const { name: lane } = plan.lanes[meaning.lane ?? -1] ?? {};
      const position = root.lanes.findIndex((other) => other.name === lane);
      if (position >= 0)
        return new Member(name, { ...meaning, lane: position, disturbs: root.lanes[position]!.disturbs });
      return new Member(name, { ...meaning, lane: undefined, disturbs: [] });
    };
    const members = new Map([...plan.members].map(([key, member]) => [key, inRoot(member)]));
    const itself = members.get("()");
    view = { ...plan, members, lanes: root.lanes, ...(itself && { itself }) };
    known.set(plan, view);
  }
  return view;
}
