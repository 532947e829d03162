// The box in which VS Code asks: pick from a list, type a text, choose a path. A question is known by a pattern over all that the box shows.
// Invariant: acts only while its own question is asked, again until it is asked no more; so no answer reaches another question.
import type { Locator, Page } from 'playwright-core';
import { actUntil, eventually } from './eventually.ts';

export class QuickInput {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get #widget(): Locator {
    return this.#page.locator('.quick-input-widget');
  }

  get #input(): Locator {
    return this.#widget.locator('input.input').first();
  }

  /** Title, placeholder, question and rows, a line each; empty while it is closed. */
  async text(): Promise<string> {
    if (!(await this.#widget.isVisible())) return '';
    const placeholder = (await this.#input.getAttribute('placeholder')) ?? '';
    return `${await this.#widget.innerText()}\n${placeholder}`.replaceAll('\u00a0', ' ');
  }

  /** Whether exactly this stands in its line. */
  async holds(text: string): Promise<boolean> {
    return (await this.#input.isVisible()) && (await this.#input.inputValue()) === text;
  }

  async asks(question: RegExp): Promise<boolean> {
    return question.test(await this.text());
  }

  /** Waits for the question, and answers until it is asked no more. */
  async answer(question: RegExp, act: () => Promise<unknown>): Promise<void> {
    await eventually(`it asks ${question}`, () => this.asks(question));
    let isAnswered = false;
    await actUntil(
      `${question} is answered`,
      async () => {
        if (!(await this.asks(question))) return;
        await act();
        isAnswered = true;
      },
      async () => isAnswered && !(await this.asks(question)),
    );
  }

  /** Takes the row that has this text. */
  async pick(question: RegExp, text: string | RegExp): Promise<void> {
    await this.answer(question, () => this.row(text).click());
  }

  /** What was proposed is taken as it is. */
  async accept(question: RegExp): Promise<void> {
    await this.answer(question, () => this.#input.press('Enter'));
  }

  async type(question: RegExp, text: string): Promise<void> {
    await this.answer(question, async () => {
      await this.#input.fill(text);
      await this.#input.press('Enter');
    });
  }

  /** The dialog for files is, in a browser, a line to type in with a button beside it. */
  async choosePath(title: RegExp, path: string, button = 'OK'): Promise<void> {
    await this.answer(title, async () => {
      await this.#input.fill(path);
      await this.#widget.getByRole('button', { name: button, exact: true }).click();
    });
  }

  /** The first row that is in sight and has this text. */
  row(text: string | RegExp): Locator {
    return this.#widget.locator('.monaco-list-row', { hasText: text }).filter({ visible: true }).first();
  }

  /** A key in its line, whatever it asks: for questions that take several. */
  async press(key: string): Promise<void> {
    await this.#input.press(key);
  }

  /** Closes it without an answer. */
  async dismiss(): Promise<void> {
    await actUntil(
      'the box is closed',
      () => this.#page.keyboard.press('Escape'),
      async () => !(await this.#widget.isVisible()),
    );
  }

  /** Types into whatever it is; of use to the palette and to the list of files only. */
  async fill(text: string): Promise<void> {
    await this.#input.fill(text);
  }
}
