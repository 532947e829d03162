// Makes a small model of TensorFlow.js with what it answers.
//
//     npm install --prefix FOLDER @tensorflow/tfjs@4.22.0 && node test/golden/weights/generateTfjs.mjs FOLDER
//
// Writes test/golden/weights/files/tfjs. Tests only read it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const tf = createRequire(resolve(process.argv[2], 'package.json'))('@tensorflow/tfjs');
const OUT = join(import.meta.dirname, 'files', 'tfjs');
const IDS = [
  [2, 5, 1, 6, 3],
  [4, 4, 2, 1, 1],
];

/** x ← 1664525 x + 1013904223 mod 2³², to [-0.8, 0.8). */
let state = 7;
function next() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state / 2 ** 32) * 1.6 - 0.8;
}

const cell = tf.layers.lstm({ units: 4, recurrentActivation: 'sigmoid', name: 'cell' });
const model = tf.sequential({
  layers: [
    tf.layers.embedding({ inputDim: 7, outputDim: 5, inputLength: 5, name: 'words' }),
    tf.layers.bidirectional({ layer: cell, mergeMode: 'concat', name: 'both' }),
    tf.layers.dense({ units: 3, name: 'scores' }),
  ],
});
model.setWeights(
  model.getWeights().map((weight) => tf.tensor(Float32Array.from({ length: weight.size }, next), weight.shape)),
);
mkdirSync(OUT, { recursive: true });
await model.save(
  tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData, format, generatedBy }) => {
    const bytes = Buffer.from(weightData);
    // In two shards, as large models are.
    const shards = [bytes.subarray(0, 200), bytes.subarray(200)];
    const paths = shards.map((_, index) => `group1-shard${index + 1}of2.bin`);
    for (const [index, shard] of shards.entries()) writeFileSync(join(OUT, paths[index]), shard);
    const manifest = { modelTopology, format, generatedBy, weightsManifest: [{ paths, weights: weightSpecs }] };
    writeFileSync(join(OUT, 'model.json'), `${JSON.stringify(manifest)}\n`);
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }),
);
const outputs = await model.predict(tf.tensor2d(IDS, [2, 5], 'int32')).array();
writeFileSync(join(OUT, 'answers.json'), `${JSON.stringify({ tfjs: tf.version.tfjs, ids: IDS, outputs })}\n`);
