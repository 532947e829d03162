// The workbench of a VS Code window as a user works it: palette, editor, problems, notifications, pages.
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';

export class Workbench {
  readonly page: Page;
  /** What the browser said of refused scripts and styles in our pages. */
  readonly violations: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && /Content Security Policy/.test(text) && /gatescope/i.test(text))
        this.violations.push(text);
    });
  }

  static async open(browser: Browser, url: string): Promise<Workbench> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'en-US' });
    const workbench = new Workbench(await context.newPage());
    await workbench.page.goto(url);
    await workbench.ready();
    return workbench;
  }

  async ready(): Promise<void> {
    await this.page.waitForSelector('.monaco-workbench .statusbar', { timeout: 120_000 });
  }

  /** As a user does it: VS Code keeps the state of its window, and of the pages in it, before it goes. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: 120_000 });
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.ready();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Runs a command by its title, as it stands in the palette. */
  async runCommand(title: string): Promise<void> {
    await eventually(`the palette offers "${title}"`, async () => {
      await this.#typeCommand(title);
      await this.#command(title).click({ timeout: 4000 });
      return true;
    });
  }

  /** Whether the palette offers a command of this title; where not, it says "similar commands". */
  async hasCommand(title: string): Promise<boolean> {
    await this.#typeCommand(title);
    const answer = await eventually('the palette answers', async () => {
      if (await this.#command(title).isVisible()) return 'offered';
      const text = await this.page.locator('.quick-input-widget').innerText();
      return /similar commands|No matching/.test(text) ? 'not offered' : undefined;
    });
    await this.page.keyboard.press('Escape');
    return answer === 'offered';
  }

  async #typeCommand(title: string): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget input.input').first().fill(`>${title}`, { timeout: 4000 });
  }

  /** The row whose label is exactly the title. */
  #command(title: string): Locator {
    return this.page.locator('.quick-input-widget .monaco-list-row').getByText(title, { exact: true }).first();
  }

  async openFile(name: string): Promise<void> {
    await eventually(`${name} opens`, async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+P');
      await this.page.locator('.quick-input-widget input.input').first().fill(name, { timeout: 3000 });
      const row = this.page.locator('.quick-input-widget .monaco-list-row', { hasText: name }).first();
      // Typing again starts the search for files again: a busy machine must be given the time for one.
      await row.waitFor({ timeout: 20_000 });
      await row.click();
      await this.page.locator('.editor-group-container .tab', { hasText: name }).first().waitFor({ timeout: 4000 });
      return true;
    });
  }

  /** Texts of the Problems panel, which is opened. */
  async problems(): Promise<string[]> {
    const panel = this.page.locator('.markers-panel');
    if (!(await panel.isVisible())) await this.runCommand('View: Focus Problems');
    await panel.waitFor();
    return panel.locator('.monaco-list-row').allInnerTexts();
  }

  get statusBar(): Locator {
    return this.page.locator('.statusbar');
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
  }

  /** Text of the active editor as it is shown. */
  async editorText(): Promise<string> {
    const text = await this.page.locator('.editor-group-container.active .view-lines').first().innerText();
    return text.replaceAll('\u00a0', ' ');
  }

  /** The dashboard's document, once it shows something. */
  dashboard(): Promise<Frame> {
    return this.#document('gs-dashboard');
  }

  /** The inspector's document, once it shows something. */
  inspector(): Promise<Frame> {
    return this.#document('gs-inspector');
  }

  /** The form's document, once it shows something. */
  form(): Promise<Frame> {
    return this.#document('gs-form');
  }

  #document(element: string): Promise<Frame> {
    return eventually(`${element} shows`, async () => {
      for (const frame of this.page.frames()) {
        const shown = await frame
          .locator(`${element} main`)
          .count()
          .catch(() => 0);
        if (shown > 0) return frame;
      }
      return undefined;
    });
  }
}
