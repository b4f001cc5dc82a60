/**
 * The flow graph: what is left of a file after lowering. Blocks of events over registers and places; no syntax.
 */

import type { Contract, Export } from "@holdfast/contracts";
import type { ValueType } from "../types/oracle.js";

/** Offsets in the file. */
export interface Span {
  start: number;
  end: number;
}

/** A temporary of one body. */
export type Register = number;
export type BodyId = number;
export type BlockId = number;
export type VariableId = number;
export type ClassId = number;

export type Constant = boolean | number | string | null | undefined;

/** A function, method, arrow, static block, or the top level of the module. */
export interface Body {
  id: BodyId;
  /** What people call it; absent for an anonymous one. */
  name?: string;
  span: Span;
  kind: "module" | "function" | "method" | "constructor";
  async: boolean;
  generator: boolean;
  /** The class it is a member of; arrows and functions inside a method that share its `this` included. */
  class?: ClassId;
  /** A method or function that code outside this file can call. */
  public: boolean;
  /** The variable of each parameter that is a plain identifier. */
  parameters: (VariableId | undefined)[];
  /** The class of this file that a parameter is declared to be an instance of, by its place. */
  parameterClasses: ReadonlyMap<number, ClassId>;
  blocks: Block[];
  /** The function that it stands in. */
  parent?: BodyId;
}

export interface Block {
  id: BlockId;
  events: Event[];
  end: Terminator;
  /** Where an exception of this block goes; absent where it leaves the body. */
  handler?: BlockId;
}

export type Terminator =
  | { kind: "jump"; to: BlockId }
  | { kind: "branch"; condition: Register; test?: Test; then: BlockId; else: BlockId }
  | { kind: "return"; value?: Register; span: Span }
  | { kind: "throw"; value?: Register }
  | { kind: "unreachable" };

/** What is asked of a place: is it true, does it equal a constant (as it is spelled), how big is it, what does it say. */
export type Asked = { kind: "truth" } | { kind: "equals"; value: string } | { kind: "size" } | TextTest;

export interface TextTest {
  kind: "text";
  method: "includes" | "startsWith" | "endsWith";
  argument: string;
}

/** What a condition asks, where the answer can be remembered: of the place, or the pair of places, with this key. */
export interface Test {
  key: string;
  asks: Asked;
  /** The outcome is the negation of the answer. */
  negated: boolean;
  /** Variables whose change makes the answer worthless. */
  variables: VariableId[];
  /** The value asked about. */
  place?: Register;
}

export interface Property {
  name: string;
  value: Register;
  /** Where the name is one by which handles are passed along. */
  type?: ValueType;
}

/** An argument with a contract, and how the code calls it. */
export interface Given {
  type: ValueType;
  text: string;
}

/** A call that was resolved against the contracts as far as syntax and types can tell. */
export interface CallEvent {
  kind: "call";
  into: Register;
  span: Span;
  /** The method's or function's name, where a finding is shown. */
  nameSpan: Span;
  construct: boolean;
  /** For a method call: the receiver, its name, its type and its text. */
  receiver?: Register;
  method?: string;
  receiverType?: ValueType;
  receiverText: string;
  /** For any other call: the value that is called. */
  callee?: Register;
  calleeType?: ValueType;
  /** An export of a library: a factory function or a class. */
  library?: { contract: Contract; export: Export };
  /** What the types say of the call's result, where its value tells nothing. */
  resultType?: ValueType;
  arguments: Register[];
  /** What is known of arguments, for a call whose promise is not awaited where it is made. */
  given?: (Given | undefined)[];
  /** Another file of the project exports what is called. */
  own?: true;
  /** An argument was spread: positions after it are unknown. */
  spread: boolean;
  /** A built-in whose behaviour is known by its name: `Promise.all`, `setTimeout`. */
  builtin?: string;
  /** The constants given as arguments, as names or values, for options such as `zmq.options.linger`. */
  texts: (string | undefined)[];
  /** The statement that it stands in. */
  statement: Span;
  /** `P = P.then(…)`: the place that the promise is kept in. */
  chainedPlace?: string;
  /** Control does not come back from it. */
  ends?: true;
  /** Of one that may be told of its end by a function: whether its last argument can be called, where that is known. */
  givesCallback?: boolean;
  /** It stands where something has gone wrong, or where all is brought to an end. */
  wayOut?: true;
  /** Whether it gives a promise, where that matters and is known. */
  thenable?: boolean;
  /** The call is `void f()` or a statement of its own: nobody looks at the result. */
  ignored: boolean;
}

/** A counter goes up or down. */
export type Step = 1 | -1;

export type Event =
  | { kind: "constant"; into: Register; value: Constant }
  | { kind: "unknown"; into: Register; uses: Register[] }
  | { kind: "read"; into: Register; variable: VariableId }
  | { kind: "write"; variable: VariableId; value: Register; span: Span; step?: Step }
  | { kind: "this"; into: Register }
  | {
      kind: "get";
      into: Register;
      object: Register;
      name: string;
      objectType?: ValueType;
      type?: ValueType;
      span: Span;
    }
  | {
      kind: "set";
      object: Register;
      name: string;
      value: Register;
      span: Span;
      objectType?: ValueType;
      objectText: string;
      statement: Span;
      step?: Step;
    }
  | { kind: "object"; into: Register; properties: Property[]; spreads: Register[]; span: Span }
  | { kind: "array"; into: Register; elements: Register[]; spreads: Register[]; span: Span }
  | { kind: "element"; into: Register; of: Register; index?: number }
  | { kind: "function"; into: Register; body: BodyId }
  | { kind: "await"; into: Register; value: Register; span: Span }
  | { kind: "suspend"; span: Span }
  | { kind: "escape"; value: Register }
  | { kind: "dispose"; value: Register; async: boolean; span: Span }
  | { kind: "copy"; into: Register; from: Register }
  | { kind: "caught"; into: Register }
  /** A platform calls this function for each event, one after the other. */
  | { kind: "serve"; function: Register; at: Span }
  /** What a test said of this place holds no longer. */
  | { kind: "forget"; key: string }
  /** A statement is over. Only there if somebody asks what is pending then. */
  | { kind: "over"; statement: Span }
  | CallEvent;

export interface Class {
  id: ClassId;
  name?: string;
  /** Methods, and fields that hold functions, by name. */
  methods: Map<string, BodyId>;
  /** The class of this file that a field is declared to hold an instance of. */
  fieldClasses: ReadonlyMap<string, ClassId>;
  /** Fields that some code of the class assigns after the constructor. */
  reassigned: Set<string>;
  constructor_?: BodyId;
  base?: VariableId;
}

export interface VariableInfo {
  id: VariableId;
  name: string;
  /** The body that declares it. */
  owner: BodyId;
  /** It is assigned again after its declaration. */
  reassigned: boolean;
  parameter?: number;
  /** A class declared in this file. */
  class?: ClassId;
  /** A function declared in this file. */
  function?: BodyId;
}

export interface Graph {
  /** Whether anything in the file has a contract. */
  concerned: boolean;
  bodies: Body[];
  classes: Class[];
  variables: Map<VariableId, VariableInfo>;
}
