// The workbench of a VS Code window as a user works it: palette, editor, side bar, problems, notifications, pages.
// Invariant: every action is done again until its effect shows, so that a window on a busy machine is worked like one on an idle machine.
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { actUntil, eventually, tellWhenLate } from './eventually.ts';
import { QuickInput } from './quickInput.ts';
import { readWebStorage } from './webStorage.ts';

const OPEN_LIMIT_MS = 120_000;
/** Of one action: what is done again must fail soon. */
const ACTION_LIMIT_MS = 8000;
/** How long a menu that took a click is given at first to be gone. */
const MENU_CLOSES_MS = 500;

export class Workbench {
  readonly page: Page;
  readonly quickInput: QuickInput;
  /** What the browser said of refused scripts and styles in our pages. */
  readonly violations: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    this.quickInput = new QuickInput(page);
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && /Content Security Policy/.test(text) && /gatescope/i.test(text))
        this.violations.push(text);
    });
  }

  static async open(browser: Browser, url: string): Promise<Workbench> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'en-US' });
    context.setDefaultTimeout(ACTION_LIMIT_MS);
    const workbench = new Workbench(await context.newPage());
    tellWhenLate(() => workbench.#shown());
    await workbench.page.goto(url, { timeout: OPEN_LIMIT_MS });
    await workbench.ready();
    return workbench;
  }

  /** What stands over the window or asks for the user: of a wait that failed, the likely reason. */
  async #shown(): Promise<string> {
    const over = '.monaco-dialog-box, .notification-list-item, .quick-input-widget, .monaco-menu, .tab.active';
    const texts = await this.page.locator(over).filter({ visible: true }).allInnerTexts();
    return texts.map((text) => text.replace(/\s+/g, ' ').slice(0, 120)).join(' | ');
  }

  async ready(): Promise<void> {
    await this.page.waitForSelector('.monaco-workbench .statusbar', { timeout: OPEN_LIMIT_MS });
  }

  /** As a user does it: VS Code keeps the state of its window, and of the pages in it, before it goes. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: OPEN_LIMIT_MS });
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.ready();
  }

  /** As the browser does it: VS Code is not asked, and has what it had written. Waits until that, by key, is what the caller needs. */
  async refresh(isWritten: (written: ReadonlyMap<string, string>) => boolean): Promise<void> {
    await eventually('VS Code has written it', async () => isWritten(await readWebStorage(this.page)));
    await this.page.reload({ timeout: OPEN_LIMIT_MS });
    await this.ready();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Runs a command by its title, as it stands in the palette, and once: the palette is gone as soon as it has taken the click. */
  async runCommand(title: string): Promise<void> {
    let isClicked = false;
    await actUntil(
      `the palette runs "${title}"`,
      async () => {
        await this.#typeCommand(title);
        await this.#command(title).click();
        isClicked = true;
      },
      async () => isClicked && !(await this.quickInput.holds(`>${title}`)),
    );
  }

  /** Whether the palette offers a command of this title; where not, it says "similar commands". */
  async hasCommand(title: string): Promise<boolean> {
    const answer = await actUntil(
      `the palette answers to "${title}"`,
      () => this.#typeCommand(title),
      async () => {
        if (await this.#command(title).isVisible()) return 'offered';
        return (await this.quickInput.asks(/similar commands|No matching/)) ? 'not offered' : undefined;
      },
    );
    await this.quickInput.dismiss();
    return answer === 'offered';
  }

  async #typeCommand(title: string): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('F1');
    await this.quickInput.fill(`>${title}`);
  }

  /** The row whose label is exactly the title. */
  #command(title: string): Locator {
    return this.page.locator('.quick-input-widget .monaco-list-row').getByText(title, { exact: true }).first();
  }

  async openFile(name: string): Promise<void> {
    await actUntil(
      `${name} opens`,
      async () => {
        await this.page.keyboard.press('Escape');
        await this.page.keyboard.press('Control+P');
        await this.quickInput.fill(name);
        // Typing again starts the search for files again: a busy machine must be given the time for one.
        await this.quickInput.row(name).click({ timeout: 20_000 });
      },
      () => this.page.locator('.editor-group-container .tab.active', { hasText: name }).first().isVisible(),
    );
  }

  /** The tab of an editor. */
  tab(name: string): Locator {
    return this.page.locator('.editor-group-container .tab', { hasText: name }).first();
  }

  /** The first row in sight of a tree in the side bar. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.pane-body .monaco-list-row', { hasText: text }).filter({ visible: true }).first();
  }

  /** Opens a row of a tree until a row below it shows. */
  async expand(text: string | RegExp, child: string | RegExp): Promise<void> {
    await actUntil(
      `${child} shows below ${text}`,
      async () => {
        const row = this.row(text);
        if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
        // A click on a row that opens something does not open the row.
        if ((await row.getAttribute('aria-expanded')) === 'false') await this.page.keyboard.press('ArrowRight');
      },
      () => this.row(child).isVisible(),
    );
  }

  /** Clicks a button that a row of a tree shows under the pointer. */
  async clickInRow(row: Locator, button: string): Promise<void> {
    await row.hover();
    await row.getByRole('button', { name: button }).click();
  }

  /** Takes an item of a row's context menu, once. For its first 100 ms a menu takes no click and stays open: then it is clicked again. */
  async pickFromMenu(row: Locator, name: string): Promise<void> {
    const item = this.page.getByRole('menuitem', { name, exact: true });
    let isClicked = false;
    await actUntil(
      `"${name}" is taken from the menu`,
      async () => {
        if (isClicked && !(await item.isVisible())) return;
        if (!(await item.isVisible())) {
          await this.page.keyboard.press('Escape');
          await row.click({ button: 'right' });
        }
        await item.click();
        isClicked = true;
      },
      async () => isClicked && !(await item.isVisible()),
      MENU_CLOSES_MS,
    );
  }

  /** Presses a button of the question that covers the window. */
  async answerDialog(button: string): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box');
    await this.shows(dialog);
    await actUntil(
      `the question is answered by ${button}`,
      () => dialog.getByRole('button', { name: button, exact: true }).click(),
      async () => !(await dialog.isVisible()),
    );
  }

  async shows(locator: Locator): Promise<void> {
    await eventually(`${locator} shows`, () => locator.isVisible());
  }

  /** Puts the cursor of the active editor there; both count from 1. */
  async goTo(line: number, column: number): Promise<void> {
    await eventually(`the cursor is at ${line}:${column}`, async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+G');
      await this.page.locator('.quick-input-widget input.input').first().fill(`:${line}:${column}`, { timeout: 3000 });
      await this.page.keyboard.press('Enter');
      return (await this.statusBar.innerText()).includes(`Ln ${line}, Col ${column}`);
    });
  }

  /** Takes an offer of the suggest widget at this place, until `isDone`. */
  async takeSuggestion(
    at: [line: number, column: number],
    offer: string,
    isDone: () => Promise<boolean>,
  ): Promise<void> {
    await eventually(`"${offer}" is taken from the suggestions`, async () => {
      if (await isDone()) return true;
      await this.goTo(...at);
      await this.page.keyboard.press('Control+Space');
      const row = this.page.locator('.suggest-widget .monaco-list-row', { hasText: offer }).first();
      await row.waitFor({ timeout: 10_000 });
      await row.click();
      return isDone();
    });
  }

  /** Texts of the Problems panel, which is opened. */
  async problems(): Promise<string[]> {
    const panel = this.page.locator('.markers-panel');
    await actUntil(
      'the problems show',
      async () => (await panel.isVisible()) || this.runCommand('View: Focus Problems'),
      () => panel.isVisible(),
    );
    return panel.locator('.monaco-list-row').allInnerTexts();
  }

  get statusBar(): Locator {
    return this.page.locator('.statusbar');
  }

  /** The lines between the lines of the editors. */
  async lenses(): Promise<string> {
    const texts = await this.page.locator('.codelens-decoration').allInnerTexts();
    return texts.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Waits for a notification. Toasts go away by themselves: then it stands in the list of notifications. */
  async notified(text: RegExp): Promise<Locator> {
    const items = this.page.locator('.notification-list-item', { hasText: text });
    const item = items.filter({ visible: true }).first();
    const list = this.page.locator('.notifications-center');
    let isFirstLook = true;
    await actUntil(
      `a notification says ${text}`,
      async () => {
        if (!isFirstLook && !(await item.isVisible()) && !(await list.isVisible()))
          await this.runCommand('Notifications: Show Notifications');
        isFirstLook = false;
      },
      () => item.isVisible(),
    );
    return item;
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

  /** The dataset page's document, once it shows something. */
  dataset(): Promise<Frame> {
    return this.#document('gs-dataset');
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
