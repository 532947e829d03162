// Loads one CSV as a run does and prints the peak memory of this process.
import { dirname } from 'node:path';
import { createFileSource } from '../../extension/node/fileSource.ts';
import { loadLabelled } from '../../extension/node/loadData.ts';
import { resolveExperiment } from '../../extension/schema/resolved.ts';

const [path] = process.argv.slice(2);
const experiment = resolveExperiment(
  {
    data: { train: { path }, validation: { split: 0.25 } },
    text: { tokenizer: { type: 'word' }, maxLength: 128 },
    model: { encoder: { type: 'lstm' } },
  },
  'memory',
);
const startedAt = performance.now();
const { train, validation } = await loadLabelled(experiment, dirname(path), {
  files: createFileSource(),
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onLog: () => undefined,
});
const seconds = (performance.now() - startedAt) / 1000;
let tokens = 0;
for (const set of [train, validation]) for (let at = 0; at < set.count; at++) tokens += set.length(at);
const rssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ rssBytes, tokens, examples: train.count + validation.count, seconds }));
