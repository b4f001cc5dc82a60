/**
 * playwright, under its three names. A page has one keyboard, one pointer and one navigation: steps that use them come
 * one after the other. What only waits may wait beside a step, and what only reads beside anything.
 */

import type { Call, Contract, Evidence, Export, Handle, Lane, Operation, Source } from "../contract.js";
import { operations, release } from "./shared.js";

const lane: Lane = {
  overlap: { outcome: "interleaves", error: "net::ERR_ABORTED" },
  why: "A page has one keyboard, one pointer and one navigation: of two navigations the first is aborted, and what two steps type comes out mixed.",
};

const lanes = { page: lane };

/** Steps: they navigate, or press keys and buttons one by one. */
const navigation = ["goto", "reload", "goBack", "goForward", "setContent"];
const pageSteps = [
  "click",
  "dblclick",
  "tap",
  "hover",
  "check",
  "uncheck",
  "setChecked",
  "press",
  "type",
  "dragAndDrop",
];
const locatorSteps = [
  "click",
  "dblclick",
  "tap",
  "hover",
  "check",
  "uncheck",
  "setChecked",
  "press",
  "pressSequentially",
  "type",
  "dragTo",
];

/** They act on the page in one go, or only look at it: any number may be under way. */
const pageCalls = [
  "fill",
  "focus",
  "selectOption",
  "setInputFiles",
  "dispatchEvent",
  "evaluate",
  "evaluateHandle",
  "$",
  "$$",
  "$eval",
  "$$eval",
  "content",
  "title",
  "screenshot",
  "pdf",
  "innerHTML",
  "innerText",
  "inputValue",
  "textContent",
  "getAttribute",
  "isChecked",
  "isDisabled",
  "isEditable",
  "isEnabled",
  "isHidden",
  "isVisible",
  "addScriptTag",
  "addStyleTag",
  "exposeBinding",
  "exposeFunction",
  "route",
  "unroute",
  "setExtraHTTPHeaders",
  "setViewportSize",
  "emulateMedia",
  "bringToFront",
];

const locatorCalls = [
  "fill",
  "clear",
  "focus",
  "blur",
  "selectOption",
  "selectText",
  "setInputFiles",
  "dispatchEvent",
  "evaluate",
  "evaluateAll",
  "evaluateHandle",
  "all",
  "allInnerTexts",
  "allTextContents",
  "boundingBox",
  "count",
  "elementHandle",
  "elementHandles",
  "innerHTML",
  "innerText",
  "inputValue",
  "textContent",
  "getAttribute",
  "isChecked",
  "isDisabled",
  "isEditable",
  "isEnabled",
  "isHidden",
  "isVisible",
  "screenshot",
  "scrollIntoViewIfNeeded",
];

const pageWaiters = [
  "waitForEvent",
  "waitForFunction",
  "waitForLoadState",
  "waitForNavigation",
  "waitForRequest",
  "waitForResponse",
  "waitForSelector",
  "waitForTimeout",
  "waitForURL",
];

const step: Operation = { lane: "page" };
const waiter: Operation = { waiter: true };

const locatorView: Call = { returns: { type: "Locator", view: true } };

const makesLocators = Object.fromEntries(
  [
    "locator",
    "frameLocator",
    "getByAltText",
    "getByLabel",
    "getByPlaceholder",
    "getByRole",
    "getByTestId",
    "getByText",
    "getByTitle",
  ].map((name) => [name, locatorView]),
);

const narrowsLocators = Object.fromEntries(
  ["and", "filter", "first", "last", "nth", "or"].map((name) => [name, locatorView]),
);

const closed = { outcome: "rejects", error: "Target page, context or browser has been closed" } as const;

const close = release({ waits: false, kind: "graceful", promised: true, pending: closed });

const closesWithBrowser = "It closes with its browser.";

const common = {
  lanes,
  releases: { close },
  disposal: { kind: "async", release: "close", waits: false },
  afterRelease: closed,
} satisfies Partial<Handle>;

const page: Handle = {
  name: "Page",
  noun: "playwright page",
  types: [{ name: "Page" }],
  ...common,
  operations: {
    ...operations([...navigation, ...pageSteps], step),
    ...operations(pageCalls, {}),
    ...operations(pageWaiters, waiter),
  },
  methods: makesLocators,
  properties: {
    keyboard: { type: "Keyboard", view: true },
    mouse: { type: "Mouse", view: true },
    touchscreen: { type: "Touchscreen", view: true },
  },
  states: { isClosed: { true: "released", method: true } },
  mayBeLeft: closesWithBrowser,
  options: [
    {
      name: "addInitScript",
      set: { method: "addInitScript" },
      precedes: navigation,
      tooLate: "It runs in documents that are loaded after it, and not in the one that is there.",
    },
  ],
};

/** A part of a page: the same lane, no life of its own. */
function part(name: string, steps: string[], others: Partial<Handle> = {}): Handle {
  return {
    name,
    noun: "playwright page",
    types: [{ name }],
    lanes,
    releases: {},
    afterRelease: closed,
    ...others,
    operations: { ...operations(steps, step), ...others.operations },
  };
}

const context: Handle = {
  name: "BrowserContext",
  noun: "playwright browser context",
  types: [{ name: "BrowserContext" }],
  ...common,
  lanes: {},
  operations: {
    ...operations(
      ["addCookies", "clearCookies", "cookies", "grantPermissions", "route", "unroute", "storageState"],
      {},
    ),
    waitForEvent: waiter,
  },
  methods: { newPage: { returns: { type: "Page", promised: true, derived: true } } },
  mayBeLeft: closesWithBrowser,
};

const browser: Handle = {
  name: "Browser",
  noun: "playwright browser",
  types: [{ name: "Browser" }],
  ...common,
  states: { isConnected: { true: "open", method: true } },
  lanes: {},
  operations: {},
  methods: {
    newPage: { returns: { type: "Page", promised: true, derived: true } },
    newContext: { returns: { type: "BrowserContext", promised: true, derived: true } },
  },
};

const launches: Call = { returns: { type: "Browser", promised: true } };

const browserType: Source = {
  name: "BrowserType",
  types: [{ name: "BrowserType" }],
  methods: {
    launch: launches,
    connect: launches,
    connectOverCDP: launches,
    launchPersistentContext: { returns: { type: "BrowserContext", promised: true } },
  },
};

const handles: Handle[] = [
  page,
  part("Locator", locatorSteps, {
    operations: { ...operations(locatorCalls, {}), waitFor: waiter },
    methods: { ...makesLocators, ...narrowsLocators },
  }),
  part("Keyboard", ["type", "press", "insertText", "down", "up"]),
  part("Mouse", ["click", "dblclick", "move", "down", "up", "wheel"]),
  part("Touchscreen", ["tap"]),
  context,
  browser,
];

/** What a test function of @playwright/test is given; the runner closes all of it. */
const fixtures: Source = {
  name: "Fixtures",
  types: [],
  properties: { page: { type: "Page" }, context: { type: "BrowserContext" }, browser: { type: "Browser" } },
};

/** The runner closes what it has given to a test as soon as the test is over. */
const runsWithFixtures: Call = {
  callbacks: [
    {
      argument: -1,
      timing: "in turn",
      awaited: true,
      parameters: [{ type: "Fixtures" }],
      scope: { end: "closes the page", waits: false, afterwards: closed },
    },
  ],
};

const runsNow: Call = { callbacks: [{ argument: -1, timing: "now" }] };

const runsStep: Call = { callbacks: [{ argument: 1, timing: "now", awaited: true }] };

const test: Source = {
  name: "Test",
  types: [{ name: "TestType" }],
  methods: {
    ...Object.fromEntries(
      ["()", "only", "skip", "fixme", "fail", "beforeEach", "afterEach", "beforeAll", "afterAll"].map((name) => [
        name,
        runsWithFixtures,
      ]),
    ),
    extend: { returns: { type: "Test", view: true } },
    describe: runsNow,
    step: runsStep,
  },
};

const evidence: Evidence[] = [
  {
    kind: "source",
    where: "playwright-core/types/types.d.ts",
    says: "Waiters are started before the step that they wait for, and awaited after it; init scripts run before any other script of a document.",
  },
  {
    kind: "documentation",
    where: "https://playwright.dev/docs/api/class-page",
    says: "A page is one tab; several may be open in a context.",
  },
  {
    kind: "documentation",
    where: "https://playwright.dev/docs/browser-contexts",
    says: "Contexts are isolated from each other.",
  },
];

const browserTypes: Record<string, Export> = Object.fromEntries(
  ["chromium", "firefox", "webkit"].map((name): [string, Export] => [name, { kind: "value", type: "BrowserType" }]),
);

/** All three packages export the types that playwright-core declares; those of the test runner are declared by playwright. */
function contract(
  name: string,
  declaredIn: string[],
  more: Partial<Pick<Contract, "exports" | "sources">> = {},
): Contract[] {
  const edition = (versions: string, all: Handle[]): Contract => ({
    package: name,
    versions,
    status: "documented",
    declaredIn,
    evidence,
    exports: { ...browserTypes, ...more.exports },
    handles: all,
    sources: [browserType, ...(more.sources ?? [])],
  });
  return [edition(">=1.40.0", handles), edition(">=1.30.0 <1.40.0", handles.map(withoutDisposal))];
}

/** Pages, contexts and browsers can be disposed of since 1.40. */
function withoutDisposal({ disposal: _, ...handle }: Handle): Handle {
  return handle;
}

export const contracts: Contract[] = [
  ...contract("playwright-core", ["playwright-core"]),
  ...contract("playwright", ["playwright"]),
  ...contract("@playwright/test", ["@playwright/test", "playwright"], {
    exports: { test: { kind: "value", type: "Test" } },
    sources: [test, fixtures],
  }),
];
