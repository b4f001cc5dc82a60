/** Modules of libraries as programs get them: what they export hands out guarded handles. */

import { type Catalog, type Contract, inRange, modulesOf } from "@holdfast/contracts";
import { Life, type Policy } from "../life.js";
import { planFor } from "../plan.js";
import { guardedExport, guardedModule, type KnownExports } from "./exports.js";
import { versionAt } from "./installed.js";

export class ModuleGuard {
  /** Stands for what a contract's modules are: they hand out, and are nothing themselves. */
  private readonly lives = new Map<Contract, Life>();

  constructor(
    private readonly catalog: Catalog,
    private readonly policy: Policy,
  ) {}

  /** What `require` returns in place of the exports. */
  required<T>(exports: T, specifier: string, file: string | undefined): T {
    return harmlessly(() => guardedModule(exports, this.exportsOf(specifier, file)) as T, exports);
  }

  /** Puts guarded exports into a namespace that can be written. */
  imported(namespace: Record<string, unknown>, specifier: string, file: string | undefined): void {
    const exports = this.exportsOf(specifier, file);
    for (const name of new Set([...exports.keys(), "default", "module.exports"])) {
      if (!(name in namespace)) continue;
      const value = namespace[name];
      const entry = exports.get(name);
      const isModule = name === "module.exports" || name === "default";
      const guarded = () =>
        isModule ? guardedModule(value, exports) : entry ? guardedExport(value, name, entry) : value;
      namespace[name] = harmlessly(guarded, value);
    }
  }

  /** What contracts say of the exports of a module, in the version that is installed. Of several contracts the first counts. */
  exportsOf(specifier: string, file: string | undefined): KnownExports {
    const version = file === undefined ? process.version : versionAt(file);
    const exports: KnownExports = new Map();
    for (const contract of this.catalog.forModule(specifier)) {
      if (version !== undefined && inRange(version, contract.versions) === false) continue;
      for (const [name, entry] of Object.entries(contract.exports)) {
        if (!exports.has(name)) exports.set(name, { entry, life: this.lifeOf(contract) });
      }
    }
    return exports;
  }

  private lifeOf(contract: Contract): Life {
    let life = this.lives.get(contract);
    if (life === undefined) {
      const plan = planFor({
        kind: "source",
        contract,
        source: { name: modulesOf(contract)[0] ?? contract.package, types: [] },
      });
      this.lives.set(contract, (life = new Life(plan, this.policy)));
    }
    return life;
  }
}

/** Whoever watches a program must not be what breaks it. */
function harmlessly<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    process.emitWarning(`A module is not guarded: ${String(error)}`, "HoldfastWarning");
    return otherwise;
  }
}
