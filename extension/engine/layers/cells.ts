// Which cell computes an encoder.
import type { ResolvedEncoder } from '../../schema/resolved.ts';
import { assertNever } from '../../util/assertNever.ts';
import { gruCell } from './gru.ts';
import { lstmCell } from './lstm.ts';
import type { Cell } from './recurrent.ts';
import { rnnReluCell, rnnTanhCell } from './rnn.ts';

export function cellOf(encoder: ResolvedEncoder): Cell {
  switch (encoder.type) {
    case 'lstm':
      return lstmCell;
    case 'gru':
      return gruCell;
    case 'rnn':
      return encoder.nonlinearity === 'relu' ? rnnReluCell : rnnTanhCell;
    default:
      return assertNever(encoder);
  }
}
