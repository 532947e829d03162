// The editor's schema in VS Code's own JSON language service: it completes and explains, and never complains.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import service from 'vscode-json-languageservice';
import { generateSchemas } from '../../../scripts/generateSchemas.ts';

const { getLanguageService, TextDocument } = service;
const language = getLanguageService({
  clientCapabilities: {
    textDocument: {
      completion: { completionItem: { documentationFormat: ['markdown'] } },
      hover: { contentFormat: ['markdown'] },
    },
  },
});
language.configure({
  validate: true,
  allowComments: true,
  schemas: [{ uri: 'gatescope', fileMatch: ['*'], schema: generateSchemas()['experiment.editor'] }],
});

/** A text with the cursor at `|`. */
function open(text: string) {
  const document = TextDocument.create('file:///a.gatescope.json', 'jsonc', 1, text.replace('|', ''));
  return { document, position: document.positionAt(text.indexOf('|')), parsed: language.parseJSONDocument(document) };
}

async function complete(text: string): Promise<Map<string, string>> {
  const { document, position, parsed } = open(text);
  const list = await language.doComplete(document, position, parsed);
  return new Map(list?.items.map(({ label, textEdit }) => [label, textEdit?.newText ?? '']));
}

test('keys complete with what must stand in them', async () => {
  const top = await complete('{ | }');
  assert.match(top.get('data') ?? '', /"train": \{\s*"path": "\$1"/);
  assert.match(top.get('model') ?? '', /"encoder": \{\s*"type": "lstm"/);
  const train = await complete('{ "data": { "train": { | } } }');
  assert.equal(train.get('path'), '"path": "$1"');
  assert.ok(train.has('labelColumn'));
  assert.match((await complete('{ "training": { | } }')).get('epochs') ?? '', /^"epochs": .*10/);
});

test('probes complete with a text to fill in, and another one in the list', async () => {
  assert.match((await complete('{ | }')).get('probes') ?? '', /^"probes": \[\s*"\$1"\s*\]$/);
  assert.deepEqual([...(await complete('{ "probes": [|] }'))], [['""', '"$1"']]);
});

test('values complete, each with its meaning', async () => {
  assert.deepEqual(
    [...(await complete('{ "model": { "pooling": "|" } }')).keys()],
    ['"last"', '"mean"', '"max"', '"attention"'],
  );
  assert.deepEqual(
    [...(await complete('{ "training": { "optimizer": { "type": | } } }')).keys()],
    ['"adam"', '"adamw"', '"sgd"', '"rmsprop"', '"adagrad"'],
  );
  assert.deepEqual(
    [...(await complete('{ "model": { "encoder": { "type": | } } }')).keys()],
    ['"lstm"', '"gru"', '"rnn"'],
  );
  assert.deepEqual([...(await complete('{ "training": { "batching": | } }')).keys()], ['"shuffled"', '"bucketed"']);
  assert.ok((await complete('{ "text": { "cleaning": [ | ] } }')).has('"stripHtml"'));
});

test('hover says what a key is, its range and its default', async () => {
  const { document, position, parsed } = open('{ "model": { "encoder": { "hidden|Size": 5 } } }');
  const hover = await language.doHover(document, position, parsed);
  assert.match(
    JSON.stringify(hover?.contents),
    /Hidden units per direction.*A whole number from 1 to 8192\. Default: `100`/,
  );
});

test('hover explains the options of each encoder and optimizer', async () => {
  const explained = async (text: string): Promise<string> => {
    const { document, position, parsed } = open(text);
    return JSON.stringify((await language.doHover(document, position, parsed))?.contents);
  };
  const encoder = (rest: string): string => `{ "model": { "encoder": { ${rest} } } }`;
  assert.match(await explained(encoder('"type": "rnn", "nonlin|earity": "relu"')), /\\"tanh\\" or \\"relu\\"/);
  assert.match(await explained(encoder('"type": "lstm", "forget|Bias": 1')), /forget gate.*Default: `0`/);
  const optimizer = (rest: string): string => `{ "training": { "optimizer": { ${rest} } } }`;
  assert.match(await explained(optimizer('"type": "rmsprop", "al|pha": 0.9')), /squared gradient.*Default: `0\.99`/);
  assert.match(await explained(optimizer('"type": "adagrad", "epsi|lon": 1')), /denominator.*Default: `1e-10`/);
});

test('whatever is wrong, this schema says nothing: our own checks do', async () => {
  const { document, parsed } = open(
    '{ "wrong": 1, "data": 5, "model": { "pooling": "x", "encoder": { "hiddenSize": -1 } }, "training": [] }|',
  );
  assert.deepEqual(await language.doValidation(document, parsed), []);
});
