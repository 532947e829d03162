// What the tests in VS Code read off the inspector's page, and what the command line says of the same cell.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Frame, Locator } from 'playwright-core';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';

const CLI_PATH = resolve(import.meta.dirname, '../../dist/cli.cjs');

/** Runs a command of the command line; its standard output. */
export async function runCli(...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [CLI_PATH, ...args])).stdout;
}

export const textBox = (page: Frame): Locator => page.getByRole('textbox', { name: 'A text to look at' });
export const textOf = (page: Frame): Promise<string> => textBox(page).inputValue();
/** Of the cell beside the picture; a comparison has read-outs of its own. */
export const readOutOf = (page: Frame): Promise<string> =>
  page.getByRole('complementary', { name: 'Cell' }).getByLabel('Read-out').innerText();
/** `epoch 3 (best)`, or `before training`. */
export const epochOf = (page: Frame): Promise<string | null> =>
  page.getByRole('slider', { name: 'Epoch' }).getAttribute('aria-valuetext');

/** Whether the tokens of the shown trace are those of a text. */
export async function hasTokens(page: Frame, tokens: readonly string[]): Promise<boolean> {
  const shown = await page.getByRole('list', { name: 'Tokens' }).getByRole('listitem').allInnerTexts();
  return shown.join(' ') === tokens.join(' ');
}

export interface CellValue {
  value: number;
  unit: number;
  token: number;
}

/** A read-out that speaks of hidden states at this token; undefined where it speaks of something else. */
export function parseHidden(readOut: string, token: number): CellValue | undefined {
  const found = /= (-?[\d.]+)\s+hidden state of unit (\d+) at token (\d+)/.exec(readOut.replace('−', '-'));
  if (!found || Number(found[3]) !== token) return undefined;
  return { value: Number(found[1]), unit: Number(found[2]), token };
}

export interface HiddenStates {
  /** [T, H] */
  data: Float32Array;
  shape: number[];
}

/** Whether a read-out of four decimals says the cell's value. */
export const isNear = ({ value, unit, token }: CellValue, { data, shape }: HiddenStates): boolean =>
  Math.abs(value - data[token * shape[1] + unit]) <= 0.5e-4 + 1e-7;

/** h of the first layer, forward, from the command line. */
export async function hiddenByCommandLine(runDir: string, text: string): Promise<HiddenStates> {
  const path = join(runDir, '..', '..', '..', 'trace.safetensors');
  await runCli('trace', runDir, '--text', text, '--out', path);
  const { tensors } = decodeSafetensors(await readFile(path));
  const hidden = tensors.find(({ name }) => name === 'layer0.forward.h');
  if (!hidden) throw new Error('The trace holds no hidden state');
  return hidden as HiddenStates;
}

export interface KeptView {
  run: string;
  weights: string;
  text: string;
  epoch: string | null;
  signal: string;
  layer: string;
  direction: string;
  order: string;
  zoom: number;
  pinned: string[];
  readOut: string;
  view: string;
}

/** All that the page remembers of what it shows, as a user sees it. */
export async function readView(page: Frame): Promise<KeptView> {
  const checked = (group: string): Promise<string> =>
    page.locator('fieldset', { hasText: group }).locator('label.is-on').first().innerText();
  const chosen = (select: Locator): Promise<string> =>
    select.evaluate((element) => (element as HTMLSelectElement).selectedOptions[0]?.text ?? '');
  return {
    run: await chosen(page.locator('.run-choice')),
    weights: await chosen(page.getByRole('combobox', { name: 'Weights' })),
    text: await textOf(page),
    epoch: await epochOf(page),
    signal: await checked('Signal'),
    layer: await checked('Layer'),
    direction: await checked('Direction'),
    order: await chosen(page.getByRole('combobox', { name: 'Order' })),
    zoom: await page
      .locator('gs-signal-heatmaps gs-heatmap')
      .first()
      .evaluate((heatmap) => (heatmap as HTMLElement & { zoom: number }).zoom),
    pinned: await page.getByRole('region', { name: 'Pinned units' }).locator('gs-unit-curves').allInnerTexts(),
    readOut: await readOutOf(page),
    view: await page.getByRole('tab', { selected: true }).innerText(),
  };
}
