// Trained models of others, read, laid out and computed by the engine: textgenrnn's Keras files and AllenNLP's PyTorch files.
// textgenrnn pools by attention over the outputs of all its layers, and AllenNLP's classifier has a hidden dense layer: neither is a layer of
// a model here, so these parts are computed below, from tensors that the readers give.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Allowance } from '../../extension/engine/io/allowance.ts';
import { ByteReader } from '../../extension/engine/io/byteReader.ts';
import { importTensors, planImport } from '../../extension/engine/io/layout/planImport.ts';
import { PickleGlobal, unpickle } from '../../extension/engine/io/pytorch/unpickler.ts';
import type { WeightsFile } from '../../extension/engine/io/weightsFile.ts';
import { writeZip } from '../../extension/engine/io/zipWriter.ts';
import { createBatch } from '../../extension/engine/layers/batch.ts';
import { loadModel } from '../../extension/engine/model.ts';
import { readWeights } from '../../extension/node/readWeights.ts';
import { UserError } from '../../extension/util/userError.ts';
import { dataPath } from './support.ts';

const WINDOW = 40;
const TITLES = 12;

/** Outputs of a layer, [tokens, width]. */
interface LayerOutput {
  values: Float32Array;
  width: number;
}

/** The embedding and encoder of a file on the engine: outputs of every layer for a text, the embedding's first. */
function openEncoder(file: WeightsFile): (ids: readonly number[]) => LayerOutput[] {
  const plan = planImport(file);
  const encoder = importTensors(plan).filter(({ name }) => !name.startsWith('head.'));
  const { hiddenSize } = plan.model.encoder;
  // The head's place is taken by zeros: only what lies below is looked at.
  const head = [
    { name: 'head.weight', shape: [1, hiddenSize], data: new Float32Array(hiddenSize) },
    { name: 'head.bias', shape: [1], data: new Float32Array(1) },
  ];
  const shape = {
    model: { ...plan.model, pooling: 'last' as const },
    vocabularySize: plan.vocabularySize,
    classCount: 1,
  };
  const model = loadModel(shape, [...encoder, ...head]);
  const table = encoder.find(({ name }) => name === 'embedding.weight')!;
  return (ids) => {
    const width = table.shape[1];
    const embedded = new Float32Array(ids.length * width);
    for (const [at, id] of ids.entries()) embedded.set(table.data.subarray(id * width, (id + 1) * width), at * width);
    const outputs = [{ values: embedded, width }];
    model.logits(createBatch([ids]), {
      observe: (_layer, _direction, { out }) => outputs.push({ values: out.slice(), width: hiddenSize }),
    });
    return outputs;
  };
}

function tensor(file: WeightsFile, name: string): Float32Array {
  const found = file.tensors.find((candidate) => candidate.name === name);
  assert.ok(found, name);
  return found.data;
}

function softmax(values: readonly number[]): number[] {
  const max = Math.max(...values);
  const exps = values.map((value) => Math.exp(value - max));
  const sum = exps.reduce((total, value) => total + value, 0);
  return exps.map((value) => value / sum);
}

/** textgenrnn: next-character probabilities after a window of ids. */
function openTextgenrnn(file: WeightsFile): (ids: readonly number[]) => number[] {
  const encode = openEncoder(file);
  return (ids) => attentionHead(file, encode(ids), ids.length);
}

function attentionHead(file: WeightsFile, outputs: readonly LayerOutput[], length: number): number[] {
  const rows = Array.from({ length }, (_, at) =>
    outputs.flatMap(({ values, width }) => [...values.subarray(at * width, (at + 1) * width)]),
  );
  const attention = tensor(file, 'attention/attention/attention_W:0');
  const weights = softmax(rows.map((row) => row.reduce((sum, value, i) => sum + value * attention[i], 0)));
  const pooled = rows[0].map((_, i) => rows.reduce((sum, row, at) => sum + row[i] * weights[at], 0));
  const [kernel, bias] = [tensor(file, 'output/output/kernel:0'), tensor(file, 'output/output/bias:0')];
  const logits = Array.from(bias, (value, c) =>
    pooled.reduce((sum, x, i) => sum + x * kernel[i * bias.length + c], value),
  );
  return softmax(logits);
}

interface TextgenrnnGolden {
  cases: { weights: string; prefix: string; ids: number[]; top5: [string, number][] }[];
}

const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

for (const [weights, expectedNll] of [
  ['textgenrnn_weights', 1.874],
  ['hacker_news', 0.288],
] as const) {
  test(`${weights}.hdf5 gives the golden top 5 and ${expectedNll} nats a character`, async () => {
    const file = await readWeights(dataPath('model_keras_textgenrnn', `${weights}.hdf5`));
    const vocabulary = await readJson<Record<string, number>>(
      dataPath('model_keras_textgenrnn', 'textgenrnn_vocab.json'),
    );
    const { cases } = await readJson<TextgenrnnGolden>(dataPath('model_keras_textgenrnn', 'golden.json'));
    const characters = new Map(Object.entries(vocabulary).map(([character, id]) => [id, character]));
    // Whole it is no model of ours: what is left out is said, each part once, with the reason.
    const { problems, reservations } = planImport(file);
    assert.deepEqual(problems, []);
    const joined =
      'those of the embedding (100) and of all layers (2 × 128) side by side, and no model here joins layers.';
    const reads = (name: string): string =>
      `"${name}" reads 356 numbers, but the encoder gives 128: it reads ${joined}`;
    const bias =
      '"output/output/bias:0" [465] has no place in a model of embedding, recurrent layers, pooling and head.';
    const kernel = 'output/output/kernel:0';
    assert.deepEqual(reservations, [reads('attention/attention/attention_W:0'), reads(kernel), bias]);
    const mine = cases.filter((example) => example.weights === weights);
    assert.equal(mine.length, 4);
    const nextCharacter = openTextgenrnn(file);
    for (const { ids, top5 } of mine) {
      const ranked = nextCharacter(ids)
        .map((probability, id) => [characters.get(id), probability] as const)
        .sort((a, b) => b[1] - a[1]);
      for (const [at, [character, probability]] of top5.entries()) {
        assert.equal(ranked[at][0], character);
        assert.ok(Math.abs(ranked[at][1] - probability) < 1e-5);
      }
    }
    const text = await readFile(dataPath('model_keras_textgenrnn', 'hacker_news_2000.txt'), 'utf8');
    const nll = meanNll(nextCharacter, text.split('\n').slice(1, 1 + TITLES), vocabulary);
    assert.ok(Math.abs(nll - expectedNll) < 0.002, `${nll}`);
  });
}

/** Mean negative log-likelihood of the characters and the end of each title. */
function meanNll(
  nextCharacter: (ids: readonly number[]) => number[],
  titles: readonly string[],
  vocabulary: Readonly<Record<string, number>>,
): number {
  const edge = vocabulary['<s>'];
  const losses = titles.flatMap((title) => {
    const ids = [edge, ...[...title].flatMap((character) => vocabulary[character] ?? []), edge];
    return ids.slice(1).map((next, at) => {
      const seen = ids.slice(0, at + 1).slice(-WINDOW);
      const padded = [...new Array<number>(WINDOW - seen.length).fill(0), ...seen];
      return -Math.log(nextCharacter(padded)[next]);
    });
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

interface AllennlpGolden {
  cases: { ids: number[]; lstm_last_h: number[]; logits: number[]; probs: number[] }[];
}

/** AllenNLP's basic_classifier: mean of the outputs, a hidden layer with ReLU, a dense layer. */
function classify(file: WeightsFile, { values, width }: LayerOutput): number[] {
  const count = values.length / width;
  const mean = Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let at = 0; at < count; at++) sum += values[at * width + i];
    return sum / count;
  });
  const dense = (name: string, inputs: readonly number[]): number[] => {
    const [weight, bias] = [tensor(file, `${name}.weight`), tensor(file, `${name}.bias`)];
    return Array.from(bias, (start, row) =>
      inputs.reduce((sum, x, i) => sum + x * weight[row * inputs.length + i], start),
    );
  };
  const hidden = dense('_feedforward._linear_layers.0', mean).map((value) => Math.max(value, 0));
  return dense('_classification_layer', hidden);
}

/** The same state_dict in the zip form: its pickle and its storages as the entries of an archive. */
async function asZip(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  const reader = new ByteReader(bytes);
  const ends: number[] = [];
  const storages: { key: string; count: number }[] = [];
  let keys: unknown;
  for (let pickle = 0; pickle < 5; pickle++) {
    keys = unpickle(reader, {
      findGlobal: (_module, name) => new PickleGlobal(name, () => new Map()),
      findPersistent(id) {
        const [, , key, , count] = id as [string, unknown, string, string, number];
        if (!storages.some((storage) => storage.key === key)) storages.push({ key, count });
      },
      allowance: new Allowance(bytes.length),
    });
    ends.push(reader.at);
  }
  const parts = [{ name: 'archive/data.pkl', bytes: bytes.subarray(ends[2], ends[3]) as Uint8Array }];
  for (const key of keys as string[]) {
    const { count } = storages.find((storage) => storage.key === key)!;
    reader.skip(8);
    parts.push({ name: `archive/data/${key}`, bytes: reader.take(4 * count) });
  }
  return writeZip(parts, 64);
}

test('AllenNLP’s classifier gives its golden outputs from the legacy form and from the zip form', async (t) => {
  const folder = dataPath('model_torch_allennlp_fixtures', 'basic_classifier');
  const { cases } = await readJson<AllennlpGolden>(join(folder, 'golden.json'));
  const legacy = join(folder, 'serialization', 'best.th');
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-weights-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const zip = join(dir, 'best.th');
  await writeFile(zip, await asZip(legacy));
  for (const path of [legacy, zip]) {
    const file = await readWeights(path);
    const encode = openEncoder(file);
    assert.equal(cases.length, 3);
    for (const { ids, lstm_last_h: lastState, logits, probs } of cases) {
      const outputs = encode(ids)[1];
      assertClose([...outputs.values.subarray(-outputs.width)], lastState);
      const actual = classify(file, outputs);
      assertClose(actual, logits);
      assertClose(softmax(actual), probs);
    }
  }
});

function assertClose(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [at, value] of actual.entries())
    assert.ok(Math.abs(value - expected[at]) < 1e-6, `${actual} is not ${expected}`);
}

test('AllenNLP’s taggers are read in both forms, and a training state is refused with a reason', async () => {
  const folder = (...parts: string[]): string => dataPath('model_torch_allennlp_fixtures', 'simple_tagger', ...parts);
  for (const [path, tokens] of [
    [folder('serialization', 'best.th'), 15],
    [folder('serialization_full', 'best.th'), 10],
  ] as const) {
    const { tensors } = await readWeights(path);
    assert.equal(tensors.length, 9);
    assert.deepEqual(tensors[0].shape, [tokens, 100]);
  }
  await assert.rejects(readWeights(folder('serialization_full', 'training_state_e1_b0.th')), (error) =>
    UserError.is(error, 'weights.unsupported'),
  );
});
