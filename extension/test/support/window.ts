/** What people do in a window of the editor, and what they see there. */

import type { FrameLocator, Locator, Page } from "playwright-core";

const activeGroup = ".editor-group-container.active";

/** How often a step is tried that something else may interrupt, and how long it may take, in milliseconds. */
const attempts = 6;
const patience = 5_000;

export class Window {
  constructor(readonly page: Page) {}

  /** Opens a file of the folder by its name, and waits until its text is shown. */
  async open(name: string): Promise<void> {
    await this.choose("Control+P", name, name);
    await this.page.waitForSelector(`${activeGroup} .tab.active[data-resource-name="${name}"]`);
    await this.page.waitForSelector(`${activeGroup} .monaco-editor .view-line`);
  }

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.choose("F1", `>${title}`, title);
  }

  /** Runs a command that asks for something, and takes the row that is called so. */
  async commandWith(title: string, name: string): Promise<void> {
    await this.retried(async () => {
      await this.command(title);
      await this.take(name, name);
    });
  }

  /** Puts the cursor somewhere; lines and columns count from 1. */
  async moveTo(line: number, column: number): Promise<void> {
    await this.retried(async () => {
      await this.page.keyboard.press("Control+G");
      await this.fill(`:${line}:${column}`);
      await this.page.keyboard.press("Enter");
      await this.cursorAt(line, column, patience);
    });
  }

  /** Waits until the cursor is there, or at the end of what is selected. */
  async cursorAt(line: number, column?: number, timeout?: number): Promise<void> {
    const place = column === undefined ? `Ln ${line}, ` : `Ln ${line}, Col ${column}`;
    await this.page
      .locator("#status\\.editor\\.selection", { hasText: place })
      .waitFor({ ...(timeout !== undefined && { timeout }) });
  }

  /** Replaces a line of the open file, as if typed. */
  async replaceLine(line: number, text: string): Promise<void> {
    await this.moveTo(line, 1);
    await this.page.keyboard.press("Shift+End");
    await this.page.keyboard.insertText(text);
  }

  /** Saves, and waits until the editor says that it did. */
  async save(): Promise<void> {
    await this.page.keyboard.press("Control+S");
    await this.page.waitForSelector(`${activeGroup} .tab.active:not(.dirty)`);
  }

  /** What is underlined in the active editor, or in that of a file. */
  squiggles(severity: "error" | "warning", file?: string): Locator {
    const editor = file === undefined ? activeGroup : this.groupOf(file);
    return this.page.locator(`${editor} .squiggly-${severity}`);
  }

  /** A line of the active editor. */
  line(text: string): Locator {
    return this.page.locator(`${activeGroup} .view-line`, { hasText: text });
  }

  /** Waits until a line of the active editor is exactly so, but for the white space around it. */
  async hasLine(text: string): Promise<void> {
    await this.page.locator(`${activeGroup} .view-line`, { hasText: new RegExp(`^\\s*${code(text)}\\s*$`) }).waitFor();
  }

  /** Waits until the log says something. */
  async logSays(text: string): Promise<void> {
    await this.page.locator(".part.panel .view-line", { hasText: new RegExp(code(text)) }).waitFor();
  }

  /** Makes the panel below the editors larger. */
  async growPanel(by: number): Promise<void> {
    const panel = (await this.page.locator(".part.panel").boundingBox())!;
    const edge = { x: panel.x + panel.width / 3, y: panel.y - 2 };
    await this.page.mouse.move(edge.x, edge.y);
    await this.page.mouse.down();
    await this.page.mouse.move(edge.x, edge.y - by, { steps: 5 });
    await this.page.mouse.up();
    await this.page.mouse.move(0, 0);
    await this.page.locator(".monaco-sash.hover").first().waitFor({ state: "detached" });
  }

  /** Scrolls a hover until a part of it comes into view at the top. */
  async scrollHover(hover: Locator, to: string): Promise<void> {
    const part = hover.getByText(to).first();
    await hover.hover();
    const top = (await hover.boundingBox())!.y;
    for (let y = Infinity; ;) {
      const last = y;
      y = (await part.boundingBox())!.y;
      if (y < top + 40 || y >= last) return;
      await this.page.mouse.wheel(0, 40);
      await this.page.evaluate("new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))");
    }
  }

  /** Shows the list of problems; gives its rows. */
  async problems(): Promise<Locator> {
    await this.command("Problems: Focus on Problems View");
    const rows = this.page.locator(".markers-panel .monaco-list-row");
    await rows.first().waitFor();
    return rows;
  }

  /** Opens the menu of quick fixes, of refactorings or of actions for the whole file; gives what is to choose from. */
  async menu(kind: "Quick Fix..." | "Refactor..." | "Source Action..."): Promise<Locator> {
    await this.command(kind);
    const rows = this.page.locator(".action-widget .monaco-list-row.action");
    await rows.first().waitFor();
    return rows;
  }

  /** Shows what is told about what is under the cursor. */
  async hover(): Promise<Locator> {
    await this.command("Show or Focus Hover");
    const hover = this.page.locator(".monaco-resizable-hover .monaco-hover");
    await hover.waitFor();
    return hover;
  }

  /** The page that a view or an editor of an extension shows. */
  get webview(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  }

  get notifications(): Locator {
    return this.page.locator(".notification-toast");
  }

  get statusBar(): Locator {
    return this.page.locator(".part.statusbar");
  }

  /** Shows what is known about the language of the file; gives its rows. */
  async languageStatus(): Promise<Locator> {
    await this.page.locator("#status\\.languageStatus").click();
    const rows = this.page.locator(".hover-language-status > .element");
    await rows.first().waitFor();
    return rows;
  }

  /** Leaves nothing open, and throws changes away. */
  async tidy(): Promise<void> {
    for (const _ of ["menu", "hover"]) await this.page.keyboard.press("Escape");
    while ((await this.page.locator(".tab.dirty").count()) > 0) {
      await this.page.locator(".tab.dirty").first().click();
      await this.command("File: Revert File");
      await this.page.waitForSelector(".tab.active:not(.dirty)");
    }
    await this.command("View: Close All Editors");
    await this.page.locator(".tabs-container .tab").first().waitFor({ state: "detached" });
    if (await this.page.locator(".part.panel").isVisible()) await this.command("View: Hide Panel");
  }

  private groupOf(file: string): string {
    return `.editor-group-container:has(.tab.active[data-resource-name="${file}"])`;
  }

  /** Opens the box that asks for something with a key, types into it, and takes the row that is called so. */
  private async choose(key: string, typed: string, name: string): Promise<void> {
    await this.retried(async () => {
      await this.page.keyboard.press(key);
      await this.take(typed, name);
    });
  }

  private async take(typed: string, name: string): Promise<void> {
    await this.fill(typed);
    const label = this.page.locator(".label-name", { hasText: new RegExp(`^\\s*${escaped(name)}\\s*$`) });
    const row = this.page.locator(".quick-input-widget .monaco-list-row").filter({ has: label });
    await row.first().click({ timeout: patience });
  }

  private async fill(text: string): Promise<void> {
    await this.page.locator(".quick-input-widget input.input").fill(text, { timeout: patience });
  }

  /** Whatever takes the focus closes the box that asks for something; then the step begins anew. */
  private async retried(step: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await step();
        return;
      } catch (error) {
        if (attempt === attempts) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
  }
}

/** Editors show blanks as blanks that do not break. */
const code = (text: string) => escaped(text).replaceAll(" ", "\\s");

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
