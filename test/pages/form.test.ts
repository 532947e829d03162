// The form of a config in a real browser, with the real edits behind it: both ways, by keyboard alone, in all themes, while the text is broken.
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { findViolations, overflowOf } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openFixturePage, type PageOptions } from '../support/fixturePage.ts';
import { FORM_TEXTS } from '../support/formTexts.ts';
import { THEMES, type ThemeName } from '../support/themes.ts';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

async function open(t: TestContext, options: PageOptions = {}): Promise<Page> {
  const opened = await openFixturePage(browser, 'form', options);
  t.after(async () => {
    await opened.close();
    assert.deepEqual(opened.complaints, []);
  });
  await opened.page.getByRole('heading', { name: 'Experiment' }).waitFor();
  return opened.page;
}

const textOf = (page: Page): Promise<string> => page.evaluate(() => window.form.text);
const type = (page: Page, text: string): Promise<void> => page.evaluate((next) => window.form.type(next), text);
const fieldAt = (page: Page, path: string): Locator => page.locator(`[data-path="${path}"]`);

async function becomes(page: Page, text: string): Promise<void> {
  await eventually(`the text is\n${text}`, async () => (await textOf(page)) === text);
}

test('a change in the form edits its own key in the text', async (t) => {
  const page = await open(t);
  const { example } = FORM_TEXTS;
  const epochs = page.getByRole('textbox', { name: 'Epochs', exact: true });
  assert.equal(await epochs.inputValue(), '10');
  await epochs.fill('25');
  assert.equal(await textOf(page), example, 'nothing is written while it is typed');
  await epochs.press('Enter');
  const longer = example.replace('"epochs": 10', '"epochs": 25');
  await becomes(page, longer);
  await page.getByRole('combobox', { name: 'Pooling' }).selectOption('mean');
  const pooled = longer.replace('"max"', '"mean"');
  await becomes(page, pooled);
  await fieldAt(page, 'model.encoder.bidirectional').getByRole('checkbox').uncheck();
  const oneWay = pooled.replace('"bidirectional": true', '"bidirectional": false');
  await becomes(page, oneWay);
  await fieldAt(page, 'model.encoder.bidirectional')
    .getByRole('button', { name: /^Reset Bidirectional/ })
    .click();
  await becomes(page, oneWay.replace(', "bidirectional": false', ''));
});

test('what is set is told from defaults, which are those that count', async (t) => {
  const page = await open(t);
  const batch = page.getByRole('textbox', { name: 'Batch size' });
  assert.deepEqual([await batch.inputValue(), await batch.getAttribute('placeholder')], ['', '32']);
  assert.match(await page.getByRole('combobox', { name: 'Task' }).innerText(), /^classification \(default\)/);
  await page.getByRole('checkbox', { name: 'Only what is set' }).check();
  await batch.waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('textbox', { name: 'Epochs', exact: true }).count(), 1);
  await page.getByRole('checkbox', { name: 'Only what is set' }).uncheck();
  await page.getByRole('searchbox', { name: 'Find fields' }).fill('forget');
  await page.getByRole('textbox', { name: 'Forget bias' }).waitFor();
  assert.equal(await batch.count(), 0);
  await page.getByRole('searchbox', { name: 'Find fields' }).fill('zzz');
  await page.getByText('No field is like that.').waitFor();
  await page.getByRole('searchbox', { name: 'Find fields' }).fill('');
  await page.getByRole('combobox', { name: 'Task' }).selectOption('languageModel');
  const sequence = page.getByRole('textbox', { name: 'Sequence length' });
  await eventually('its default shows', async () => (await sequence.getAttribute('placeholder')) === '64');
  // Whatever is looked for, a field with a problem shows: a language model has no pooling.
  await page.getByRole('searchbox', { name: 'Find fields' }).fill('zzz');
  await page
    .getByText(/"pooling" has no use|pooling/i)
    .first()
    .waitFor();
});

test('a select switches the kind; what both kinds know stays, with the comments', async (t) => {
  const page = await open(t);
  const encoder = page.getByRole('combobox', { name: 'Encoder' });
  await encoder.selectOption('RNN');
  await becomes(page, FORM_TEXTS.example.replace('"lstm"', '"rnn"'));
  await page.getByRole('button', { name: /^More fields of Encoder/ }).click();
  await page.getByRole('combobox', { name: 'Nonlinearity' }).waitFor();
  await page.getByRole('combobox', { name: 'Validation', exact: true }).selectOption('Dataset');
  await page.getByRole('textbox', { name: 'Dataset' }).fill('reviews');
  await page.getByRole('textbox', { name: 'Dataset' }).press('Enter');
  await eventually('it is written', async () =>
    (await textOf(page)).includes('"validation": { "dataset": "reviews" },'),
  );
});

test('groups are switched on and off, lists and maps grow and shrink', async (t) => {
  const page = await open(t, { state: 'minimal' });
  await page.getByRole('button', { name: 'Turn On Clip' }).click();
  await page.getByRole('textbox', { name: 'Norm' }).fill('5');
  await page.getByRole('textbox', { name: 'Norm' }).press('Enter');
  await eventually('it is written', async () => (await textOf(page)).includes('"training": { "clip": { "norm": 5 } }'));
  const probes = page.getByRole('textbox', { name: 'Add to Probes' });
  for (const probe of ['one', 'two']) {
    await probes.fill(probe);
    await probes.press('Enter');
    await eventually('it is listed', async () => (await textOf(page)).includes(`"${probe}"]`));
  }
  await page.getByRole('button', { name: 'Move item 2 up' }).click();
  await eventually('they are turned', async () => (await textOf(page)).includes('"probes": ["two", "one"]'));
  await page.getByRole('button', { name: 'Remove item 1' }).click();
  await eventually('one is left', async () => (await textOf(page)).includes('"probes": ["one"]'));
  await page.getByRole('combobox', { name: 'Add to Cleaning' }).selectOption('nfc');
  await eventually('a step is there', async () => (await textOf(page)).includes('"text": { "cleaning": ["nfc"] }'));
  await page.getByRole('button', { name: 'Turn On Fine tune' }).click();
  const rates = page.getByRole('textbox', { name: 'Add a pattern to Learning rates' });
  await rates.fill('head');
  await rates.press('Enter');
  const rate = fieldAt(page, 'fineTune.learningRates.head').getByRole('textbox');
  await rate.fill('0.01');
  await rate.press('Enter');
  await eventually('the rate is there', async () => (await textOf(page)).includes('"learningRates": { "head": 0.01 }'));
});

test('a change in the text shows in the form; focus, scroll and what is half typed stay', async (t) => {
  const page = await open(t, { height: 500 });
  const epochs = page.getByRole('textbox', { name: 'Epochs', exact: true });
  await epochs.focus();
  await epochs.press('End');
  await page.keyboard.type('5');
  const top = await page.evaluate(() => window.scrollY);
  assert.ok(top > 500, `scrolled by ${top}`);
  await type(page, FORM_TEXTS.example.replace('TREC, BiLSTM', 'Another name').replace('"epochs": 10', '"epochs": 12'));
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await eventually('the name follows', async () => (await name.inputValue()) === 'Another name');
  assert.equal(await epochs.inputValue(), '105');
  assert.equal(await epochs.evaluate((element) => element === document.activeElement), true);
  assert.equal(await page.evaluate(() => window.scrollY), top);
  await epochs.press('Escape');
  assert.equal(await epochs.inputValue(), '12', 'Escape shows the text again');
});

test('while the text is no JSON the form waits, says where, and recovers', async (t) => {
  const page = await open(t);
  await type(page, FORM_TEXTS.example.replace('"max"\n', '"max'));
  const note = page.getByText(/Line \d+ of the text cannot be read/);
  await note.waitFor();
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  assert.equal(await name.isDisabled(), true);
  assert.equal(await name.inputValue(), 'TREC, BiLSTM');
  assert.equal(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled(), true);
  assert.deepEqual(await findViolations(page), []);
  await type(page, FORM_TEXTS.example.replace('BiLSTM', 'GRU'));
  await note.waitFor({ state: 'detached' });
  assert.equal(await name.inputValue(), 'TREC, GRU');
  assert.equal(await name.isEnabled(), true);
});

test('problems stand at their fields, and their fixes mend the text', async (t) => {
  const page = await open(t, { state: 'errors' });
  await page.getByRole('button', { name: '7 errors' }).waitFor();
  const units = page.getByRole('textbox', { name: 'Hidden size' });
  assert.equal(await units.getAttribute('aria-invalid'), 'true');
  await fieldAt(page, 'model.encoder.hiddenSize').getByRole('button', { name: 'Change to 1' }).click();
  await becomes(page, FORM_TEXTS.errors.replace('"hiddenSize": 0', '"hiddenSize": 1'));
  await eventually('it is no longer marked', async () => (await units.getAttribute('aria-invalid')) === null);
  await page.getByRole('button', { name: 'Change to "format"' }).click();
  await eventually('the key is mended', async () => (await textOf(page)).includes('"format": "csv"'));
  assert.match(await fieldAt(page, 'engine.threads').innerText(), /0 is out of range/);
  assert.match(await fieldAt(page, 'training.epochs').innerText(), /"many"[\s\S]*a whole number/);
  assert.match(await fieldAt(page, 'data.train.path').innerText(), /There is no file missing\.csv/);
  await fieldAt(page, 'training.epochs')
    .getByRole('button', { name: /^Reset Epochs/ })
    .click();
  await page.getByRole('textbox', { name: 'Epochs', exact: true }).waitFor();
});

test('what is no number never reaches the text, and is said', async (t) => {
  const page = await open(t);
  const rate = page.getByRole('textbox', { name: 'Learning rate', exact: true });
  assert.equal(await rate.inputValue(), '1e-3');
  await rate.fill('fast');
  await rate.press('Tab');
  await page.getByText('“fast” is no number: a number above 0 and of at most 100 is expected.').waitFor();
  assert.deepEqual([await rate.getAttribute('aria-invalid'), await rate.inputValue()], ['true', 'fast']);
  assert.equal(await textOf(page), FORM_TEXTS.example);
  await rate.fill('3e-4');
  await rate.press('Tab');
  await becomes(page, FORM_TEXTS.example.replace('1e-3', '0.0003'));
  await rate.fill('');
  await rate.press('Tab');
  await becomes(page, FORM_TEXTS.example.replace(', "learningRate": 1e-3', ''));
});

test('a change that the editor refuses is said, and the field shows the text again', async (t) => {
  const page = await open(t, { state: 'readOnly' });
  const pooling = page.getByRole('combobox', { name: 'Pooling' });
  await pooling.selectOption('mean');
  await page.getByRole('alert').getByText('The editor did not take the change.').waitFor();
  assert.equal(await pooling.inputValue(), 'max');
});

test('an empty file: the form is there, and one button writes the smallest config', async (t) => {
  const page = await open(t, { state: 'blank' });
  await page.getByText('There is no config in this file yet.').waitFor();
  assert.deepEqual(await findViolations(page), []);
  await page.getByRole('button', { name: 'Write a Minimal Config' }).click();
  await eventually('it is written', async () => /^\/\/ nothing yet\n\{\n {2}"data"/.test(await textOf(page)));
  const path = fieldAt(page, 'data.train.path').getByRole('textbox');
  await path.fill('reviews.csv');
  await path.press('Enter');
  await eventually('the data is named', async () => (await textOf(page)).includes('"path": "reviews.csv"'));
});

test('by keyboard alone: Tab reaches each control, the focus is never lost, Ctrl+S takes along what is half typed', async (t) => {
  const page = await open(t, { state: 'minimal' });
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await eventually('Tab reaches the name', async () => {
    await page.keyboard.press('Tab');
    return name.evaluate((element) => element === document.activeElement);
  });
  await page.keyboard.type('mine');
  await page.keyboard.press('Control+s');
  await eventually('it is written and saved', async () => {
    const calls = await page.evaluate(() => window.form.calls.map(({ method }) => method));
    return (await textOf(page)).includes('"name": "mine"') && calls.at(-1) === 'save';
  });
  const reset = fieldAt(page, 'name').getByRole('button', { name: /^Reset Name/ });
  await reset.focus();
  await page.keyboard.press('Enter');
  await becomes(page, FORM_TEXTS.minimal);
  await eventually('the focus goes to the field', () => name.evaluate((element) => element === document.activeElement));
  await page.getByRole('button', { name: 'Data', exact: true }).press('Enter');
  await eventually('the section has the focus', () =>
    page.getByRole('heading', { name: 'Data' }).evaluate((element) => element === document.activeElement),
  );
});

test('buttons: train, the text, the place of a field', async (t) => {
  const page = await open(t);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('button', { name: 'Open Text' }).click();
  await page.getByRole('button', { name: 'Show Pooling in the text' }).click();
  const calls = await eventually('three calls', async () => {
    const made = await page.evaluate(() => window.form.calls.filter(({ method }) => method !== 'state'));
    return made.length === 3 ? made : undefined;
  });
  assert.deepEqual(calls, [
    { method: 'train', params: {} },
    { method: 'showText', params: {} },
    { method: 'showText', params: { path: ['model', 'pooling'] } },
  ]);
});

test('a reload comes back to the same place and the same search', async (t) => {
  const page = await open(t, { height: 500 });
  await page.getByRole('button', { name: /^More fields of Train\b/ }).click();
  await page.getByRole('textbox', { name: 'Delimiter' }).first().waitFor();
  await page.evaluate(() => window.scrollTo(0, 900));
  await eventually('it is kept', () =>
    page.evaluate(() => sessionStorage.getItem('gatescope-dev-form')?.includes('"scrollTop":900')),
  );
  await page.reload();
  await page.getByRole('textbox', { name: 'Delimiter' }).first().waitFor();
  await eventually('it is scrolled', async () => (await page.evaluate(() => window.scrollY)) === 900);
});

test('Restricted Mode: all can be changed but not trained', async (t) => {
  const page = await open(t, { state: 'untrusted' });
  await page.getByText('Training is off because this folder is in Restricted Mode.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled(), true);
});

test('hostile names are text, and long ones fit at 400 px', async (t) => {
  const page = await open(t, { state: 'hostile', width: 400 });
  assert.notEqual(await page.title(), 'owned');
  assert.equal(await page.locator('img').count(), 0);
  assert.ok((await overflowOf(page)) <= 0);
  assert.deepEqual(await findViolations(page), []);
});

for (const theme of Object.keys(THEMES) as ThemeName[]) {
  test(`no accessibility violations, and nothing too wide at 400 px: ${theme}`, async (t) => {
    for (const state of ['full', 'errors']) {
      const page = await open(t, { state, theme, width: 400 });
      const more = page.getByRole('button', { name: /^More fields of/ });
      await eventually('all fields show', async () => {
        if ((await more.count()) === 0) return true;
        await more.first().click({ timeout: 4000 });
        return false;
      });
      assert.deepEqual(await findViolations(page), []);
      assert.ok((await overflowOf(page)) <= 0);
    }
  });
}
