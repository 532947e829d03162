// Imports one CSV as the command does, up to the writing, and prints the peak memory of this process.
import { createFileSource } from '../../extension/node/fileSource.ts';
import { proposeImport } from '../../extension/node/importDataset.ts';
import { surveyDataset } from '../../extension/node/surveyDataset.ts';
import { CancelledError } from '../../extension/util/userError.ts';

const [path, cancelAt = '2'] = process.argv.slice(2);
const controller = new AbortController();
const progress: number[] = [];
const startedAt = performance.now();
let abortedAt = 0;
const options = {
  files: createFileSource(),
  signal: controller.signal,
  onProgress(fraction: number) {
    progress.push(fraction);
    if (fraction < Number(cancelAt) || abortedAt > 0) return;
    abortedAt = performance.now();
    controller.abort();
  },
  onLog: () => undefined,
};
const { dataset } = await proposeImport(path);
const { splits: _splits, ...manifest } = dataset.manifest;
let rows = 0;
let isCancelled = false;
try {
  const report = await surveyDataset({ ...dataset, manifest }, { maxLength: 128, keptRows: 3 }, options);
  rows = report.parts[0].rows;
} catch (error) {
  if (!(error instanceof CancelledError)) throw error;
  isCancelled = true;
}
const endedAt = performance.now();
console.log(
  JSON.stringify({
    rssBytes: process.resourceUsage().maxRSS * 1024,
    seconds: (endedAt - startedAt) / 1000,
    rows,
    isCancelled,
    cancelMs: isCancelled ? endedAt - abortedAt : undefined,
    isAscending: progress.every((fraction, at) => at === 0 || fraction >= progress[at - 1]),
    steps: progress.length,
  }),
);
