// What only reading the data can find: runs the very loading that training does, and turns its errors and warnings, and what is known
// before training (preflight.ts), into findings.
import { DataError } from '../data/dataError.ts';
import type { DataFinding } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { UserError } from '../util/userError.ts';
import type { LoadOptions } from './dataReader.ts';
import type { LoadedData } from './loadData.ts';
import { preflight } from './preflight.ts';
import { prepareRun } from './prepareRun.ts';

export async function checkData(
  experiment: ResolvedExperiment,
  configDir: string,
  options: LoadOptions,
): Promise<DataFinding[]> {
  try {
    const prepared = await prepareRun(experiment, configDir, options);
    return [...warningsOf(experiment, prepared.data), ...preflight(experiment, prepared)];
  } catch (error) {
    if (error instanceof UserError) return [toFinding(error)];
    throw error;
  }
}

function toFinding(error: UserError): DataFinding {
  const { code, message, remedy, place } = error;
  const at = place?.line ? `${place.path}:${place.line}: ` : '';
  const known = error instanceof DataError ? error : undefined;
  return {
    code,
    severity: 'error',
    message: `${at}${message}`,
    remedy,
    path: [...(known?.configPath ?? (isOfStart(code) ? ['fineTune', 'from'] : ['data']))],
    suggestion: known?.suggestion,
  };
}

/** Whether an error is about the weights to start from. */
const isOfStart = (code: string): boolean => /^(fineTune|run|safetensors|weights|tokenizer|checkpoint)\./.test(code);

function warningsOf(
  { data }: ResolvedExperiment,
  { duplicates, badRows, rows, test, validation }: LoadedData,
): DataFinding[] {
  const findings: DataFinding[] = [];
  const warn = (code: string, path: string[], message: string, remedy: string): void => {
    findings.push({ code, severity: 'warning', message, remedy, path });
  };
  const unknown = badRows.filter(({ reason }) => reason === 'unknownLabel');
  if (unknown.length > 0) {
    const [{ path, line, detail }] = unknown;
    const message = `${unknown.length} rows have a label that is not in the training data (${path}:${line}: ${detail}).`;
    warn('data.labelUnknown', ['data', data.test ? 'test' : 'validation'], message, 'They are skipped.');
  }
  if (rows.skipped > unknown.length) {
    const [{ path, line, detail }] = badRows.filter(({ reason }) => reason !== 'unknownLabel');
    const message = `${rows.skipped - unknown.length} of ${rows.read} rows cannot be used (first: ${path}:${line}: ${detail}).`;
    warn('data.badRows', ['data', 'train'], message, 'They are skipped.');
  }
  const remedy = 'Scores on them say little about new texts.';
  if (duplicates.validation > 0) {
    const message = `${duplicates.validation} of ${validation.count} validation texts also stand in the training data.`;
    warn('data.duplicates', ['data', 'validation'], message, remedy);
  }
  if (duplicates.test > 0) {
    const message = `${duplicates.test} of ${test?.count} test texts also stand in the training data.`;
    warn('data.duplicates', ['data', 'test'], message, remedy);
  }
  return findings;
}
