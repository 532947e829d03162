// Groups and parameters that patterns of `fineTune` can name, of the model as far as it is written.
import { groupNames, type ModelOutline, parameterNames } from '../../schema/parameterNames.ts';
import { matchPattern } from '../../schema/parameterPatterns.ts';
import { type Completion, quoted } from './completion.ts';

/** Groups, then patterns that take a kind of weights of all layers, then each parameter. `taken` is there already. */
export function completeParameters(model: ModelOutline, taken: readonly string[] = []): Completion[] {
  const parameters = parameterNames(model);
  const groups = groupNames(parameters);
  const namesOf = (pattern: string): string[] => {
    const match = matchPattern(pattern, parameters);
    return match.kind === 'none' ? [] : match.names;
  };
  const patterns = ['encoder.*', '*bias*', '*_reverse'].filter((pattern) => namesOf(pattern).length > 1);
  const offers: [kind: Completion['kind'], name: string][] = [
    ...groups.map((name) => ['group', name] as [Completion['kind'], string]),
    ...patterns.map((name) => ['group', name] as [Completion['kind'], string]),
    ...parameters.map(({ name }) => ['parameter', name] as [Completion['kind'], string]),
  ];
  return offers
    .filter(([, name]) => !taken.includes(name))
    .map(([kind, name]) => {
      const names = namesOf(name);
      const tensors = names.length === 1 ? '1 tensor' : `${names.length} tensors`;
      const detail = kind === 'group' ? `${groups.includes(name) ? 'group' : 'pattern'}, ${tensors}` : undefined;
      return {
        kind,
        label: name,
        text: quoted(name),
        detail,
        documentation: kind === 'group' ? names.join('\n') : undefined,
      };
    });
}
