// Made-up runs of language models. Pure and the same every time.
import type { RunSummary } from '../../extension/protocol/dashboardContract.ts';
import type { Evaluation, RunEvent, Scores } from '../../extension/schema/run.ts';
import { makeEvents, makeRun } from './fixtures.ts';

export const TEXT_RUN_ID = '2026-11-24T11-00-00-shakespeare';

const SAMPLES = [
  'And the se the thou to mont hear\nThe wo the his and',
  'KING:\nWhat is the matter, my good lord?\n\nQUEEN:\nThe morning of the day is come again,\nAnd I have seen the <b>sun</b> upon the sea.',
];

function textScores(loss: number): Scores {
  return { loss, perplexity: Math.exp(loss), bitsPerCharacter: loss / Math.LN2 };
}

export function makeTextRun(): RunSummary {
  return {
    ...makeRun(TEXT_RUN_ID, 0),
    name: 'Shakespeare, characters',
    task: 'languageModel',
    labels: [],
    config: 'shakespeare.gatescope.json',
    best: { ...textScores(1.586), epoch: 3, step: 300 },
    test: textScores(1.602),
  };
}

/** As makeEvents, with the scores of a language model and a sample after each epoch. */
export function makeTextEvents(steps: number, perEpoch: number): RunEvent[] {
  return makeEvents(steps, perEpoch).flatMap((event): RunEvent[] => {
    if (event.type === 'message' || event.type === 'sample') return [event];
    const { accuracy: _a, macroF1: _m, weightedF1: _w, loss, ...rest } = event;
    const { t, step, epoch } = event;
    const own = { ...rest, ...textScores(loss + 1.3) } as RunEvent;
    if (event.type !== 'validation' || epoch === 0) return [own];
    return [own, { type: 'sample', t, step, epoch, text: SAMPLES[epoch % SAMPLES.length] }];
  });
}

export function makeTextEvaluation(): Evaluation {
  const split = (loss: number) => ({ ...textScores(loss), examples: 111_539 });
  return { schemaVersion: 1, labels: [], epoch: 3, validation: split(1.586), test: split(1.602) };
}
