// What the folder `probes` of a run holds: index.json, and a file an epoch with the numbers (node/trace/probeFile.ts).
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** Tokens of a probe that are kept; what lies beyond is counted as truncated. */
export const MAX_PROBE_TOKENS = 256;
const MAX_SIZE = 2 ** 20;

const count = Type.Integer({ minimum: 0, maximum: MAX_SIZE });

const ProbeIndexSchema = Type.Object({
  schemaVersion: Type.Literal(1),
  cell: Type.Union([Type.Literal('lstm'), Type.Literal('gru'), Type.Literal('rnn')]),
  /** Whether h has no upper bound: of a ReLU network. */
  isUnbounded: Type.Boolean(),
  hiddenSize: Type.Integer({ minimum: 1, maximum: MAX_SIZE }),
  layers: Type.Integer({ minimum: 1, maximum: 1000 }),
  directions: Type.Union([Type.Literal(1), Type.Literal(2)]),
  /** Class names; empty where the task has none. */
  labels: Type.Array(Type.String()),
  /** The first of the config's probes, as many as fit. */
  probes: Type.Array(
    Type.Object({
      text: Type.String(),
      truncated: count,
      tokens: Type.Array(Type.Object({ text: Type.String(), id: count, isUnknown: Type.Boolean() }), {
        minItems: 1,
        maxItems: MAX_PROBE_TOKENS,
      }),
    }),
  ),
});

/** index.json: all that does not change from epoch to epoch. */
export type ProbeIndex = Static<typeof ProbeIndexSchema>;
export type StoredProbe = ProbeIndex['probes'][number];

export const isProbeIndex = (value: unknown): value is ProbeIndex => Value.Check(ProbeIndexSchema, value);

const ProbeNumbersSchema = Type.Object({
  /** Low and high of each signal tensor, by the tensor's name: code 0 and code 65535. */
  ranges: Type.Record(Type.String(), Type.Tuple([Type.Number(), Type.Number()])),
  /** Of a language model: what it expects after each token of each probe. */
  next: Type.Optional(
    Type.Array(
      Type.Array(
        Type.Object({
          top: Type.Array(Type.Object({ token: Type.String(), probability: Type.Number() })),
          ofActual: Type.Optional(Type.Number()),
        }),
      ),
    ),
  ),
});

/** What a file of an epoch says beside its tensors, as JSON under `probes` in its metadata. */
export type ProbeNumbers = Static<typeof ProbeNumbersSchema>;

export const isProbeNumbers = (value: unknown): value is ProbeNumbers => Value.Check(ProbeNumbersSchema, value);
