// What statistics are taken over: the text at the top, or a sample of one of the run's data sets.
import type { TemplateResult } from 'lit';
import { select } from '../controls.ts';
import { SAMPLES, type Sample } from './saturationSource.ts';

const TITLES: Readonly<Record<Sample, string>> = {
  text: 'this text',
  train: 'training data',
  validation: 'validation data',
  test: 'test data',
};

export function sampleChoice(name: string, value: Sample, onChange: (over: Sample) => void): TemplateResult {
  const options = SAMPLES.map((sample) => ({ value: sample, title: TITLES[sample] }));
  return select({ label: 'Over', name, options, value, onChange });
}
