// Where the editor gets its knowledge of configs from: the one place of the host that knows extension/config.
// For now it only finds out whether the text is JSON; the engine says the rest when it trains.
import type { DataFinding } from '../../protocol/engineContract.ts';
import type { Experiment } from '../../schema/experiment.ts';
import type { CheckedConfig, ConfigChecker, ConfigProblem } from './configProblem.ts';

export const configChecker: ConfigChecker = {
  checkShape,
  async checkFiles() {
    return [];
  },
  toDataProblem,
};

function checkShape(text: string): CheckedConfig {
  try {
    return { experiment: JSON.parse(withoutComments(text)) as Experiment, problems: [] };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const start = Number(/position (\d+)/.exec(error.message)?.[1] ?? 0);
    const problem: ConfigProblem = {
      code: 'config.syntax',
      severity: 'error',
      message: error.message,
      start,
      end: start + 1,
      fixes: [],
    };
    return { problems: [problem] };
  }
}

/** Comments and trailing commas become spaces, so that places stay. */
function withoutComments(text: string): string {
  return text
    .replace(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) => (part.startsWith('"') ? part : blank(part)))
    .replace(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (part) => (part.startsWith('"') ? part : ' '));
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

function toDataProblem(_text: string, finding: DataFinding): ConfigProblem {
  const { code, severity, message, remedy } = finding;
  return { code, severity, message: remedy ? `${message} ${remedy}` : message, start: 0, end: 1, fixes: [] };
}
