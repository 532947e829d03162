// An ONNX graph of a run. Layers run over [T, B, …], as ONNX's recurrent operators do by default; ids come and logits go as [B, T].
// Letters: B texts, T tokens, D directions, H hidden units, C classes, V vocabulary.
import { ATTENTION_WEIGHT, recurrentParameterNames } from '../../../schema/parameterNames.ts';
import { applySteps, type Values } from '../layout/steps.ts';
import { classCountOf, type Export, type ExportedModel, tensorOf, textParts } from './exportedModel.ts';
import { encodeOnnx, type GraphNode, type GraphParts, type GraphPort } from './onnxWriter.ts';

/** For each gate of ONNX's order, where it stands in ours: i o f c of i f g o, z r h of r z n. */
const GATES = { lstm: [0, 3, 1, 2], gru: [1, 0, 2], rnn: [0] } as const;
const OPERATORS = { lstm: 'LSTM', gru: 'GRU', rnn: 'RNN' } as const;

export function exportOnnx(model: ExportedModel): Export {
  const text = textParts(model);
  const isWriter = model.experiment.task === 'languageModel';
  return {
    files: [{ name: 'model.onnx', content: encodeOnnx(new GraphBuilder(model).build()) }, ...text.files],
    losses: [
      ...text.losses,
      'Dropout is not part of it: it predicts, and is not trained further.',
      'Texts become token ids outside of it, with tokenizer.json.',
      ...(isWriter
        ? ['The state goes in and out as tensors: zeros at the start, then what the step before gave.']
        : []),
    ],
  };
}

/** One for each direction. */
function activationsOf(encoder: { nonlinearity: 'tanh' | 'relu'; bidirectional: boolean }): string[] {
  const activation = encoder.nonlinearity === 'relu' ? 'Relu' : 'Tanh';
  return encoder.bidirectional ? [activation, activation] : [activation];
}

class GraphBuilder {
  readonly #model: ExportedModel;
  readonly #isWriter: boolean;
  readonly #nodes: GraphNode[] = [];
  readonly #floats = new Map<string, Values>();
  readonly #integers = new Map<string, number | readonly number[]>();
  readonly #inputs: GraphPort[];
  readonly #outputs: GraphPort[] = [];

  constructor(model: ExportedModel) {
    this.#model = model;
    this.#isWriter = model.experiment.task === 'languageModel';
    this.#inputs = [{ name: 'ids', type: 'int64', shape: ['batch', 'tokens'] }];
    if (!this.#isWriter) this.#inputs.push({ name: 'lengths', type: 'int32', shape: ['batch'] });
  }

  build(): GraphParts {
    const { name, labels, experiment } = this.#model;
    const classes = classCountOf(this.#model);
    let x = this.#embed();
    for (let layer = 0; layer < experiment.model.encoder.layers; layer++) x = this.#recurrent(x, layer);
    if (this.#isWriter) this.#scoreTokens(x);
    else this.#scoreTexts(this.#pool(x));
    const shape = this.#isWriter ? ['batch', 'tokens', classes] : ['batch', classes];
    return {
      name,
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: [{ name: 'logits', type: 'float', shape }, ...this.#outputs],
      floats: this.#floats,
      integers: this.#integers,
      metadata: this.#isWriter ? {} : { labels: JSON.stringify(labels) },
    };
  }

  #node(op: string, inputs: readonly string[], output: string, attributes?: GraphNode['attributes']): string {
    this.#nodes.push({ op, inputs, outputs: [output], ...(attributes && { attributes }) });
    return output;
  }

  #integer(name: string, values: number | readonly number[]): string {
    this.#integers.set(name, values);
    return name;
  }

  #float(name: string, values: Values): string {
    this.#floats.set(name, values);
    return name;
  }

  /** [B, T] to [T, B, I]. */
  #embed(): string {
    const ids = this.#node('Transpose', ['ids'], 'ids_by_token', { perm: [1, 0] });
    if ('type' in this.#model.experiment.model.embedding) {
      const depth = this.#integer('vocabulary', [this.#model.vocabularySize]);
      const values = this.#float('off_on', { shape: [2], data: Float32Array.of(0, 1) });
      return this.#node('OneHot', [ids, depth, values], 'x', { axis: -1 });
    }
    return this.#node(
      'Gather',
      [this.#float('embedding.weight', tensorOf(this.#model, 'embedding.weight')), ids],
      'x',
      { axis: 0 },
    );
  }

  /** [T, B, I] to [T, B, D*H]. */
  #recurrent(x: string, layer: number): string {
    const { encoder } = this.#model.experiment.model;
    const weights = (['weight_ih', 'weight_hh', 'bias'] as const).map((kind, index) =>
      this.#float(`encoder.${kind}_l${layer}`, this.#stacked(layer, index)),
    );
    const outputs = [`y_${layer}`, `h_n_${layer}`, ...(encoder.type === 'lstm' ? [`c_n_${layer}`] : [])];
    this.#nodes.push({
      op: OPERATORS[encoder.type],
      inputs: [x, ...weights, this.#isWriter ? '' : 'lengths', ...(this.#isWriter ? this.#states(layer) : [])],
      outputs,
      attributes: {
        hidden_size: encoder.hiddenSize,
        direction: encoder.bidirectional ? 'bidirectional' : 'forward',
        ...(encoder.type === 'gru' && { linear_before_reset: 1 }),
        ...(encoder.type === 'rnn' && { activations: activationsOf(encoder) }),
      },
    });
    const byToken = this.#node('Transpose', [outputs[0]], `y_by_token_${layer}`, { perm: [0, 2, 1, 3] });
    return this.#node('Reshape', [byToken, this.#integer('joined', [0, 0, -1])], `out_${layer}`);
  }

  /** States of a language model: inputs, and outputs of the same shape. */
  #states(layer: number): string[] {
    const { encoder } = this.#model.experiment.model;
    const shape = [1, 'batch', encoder.hiddenSize];
    const names = encoder.type === 'lstm' ? ['h', 'c'] : ['h'];
    for (const name of names) {
      this.#inputs.push({ name: `${name}_0_${layer}`, type: 'float', shape });
      this.#outputs.push({ name: `${name}_n_${layer}`, type: 'float', shape });
    }
    return names.map((name) => `${name}_0_${layer}`);
  }

  /** W [D, G*H, I], R [D, G*H, H] or B [D, 2*G*H] of a layer, gates in ONNX's order. */
  #stacked(layer: number, which: number): Values {
    const { encoder } = this.#model.experiment.model;
    const order = { type: 'gates', order: GATES[encoder.type], names: '' } as const;
    const directions = encoder.bidirectional ? [false, true] : [false];
    const pieces = directions.flatMap((isReverse) => {
      const names = recurrentParameterNames(layer, isReverse);
      return (which < 2 ? [names[which]] : names.slice(2)).map((name) =>
        applySteps(tensorOf(this.#model, name), [order]),
      );
    });
    const data = new Float32Array(pieces.reduce((sum, piece) => sum + piece.data.length, 0));
    let at = 0;
    for (const piece of pieces) {
      data.set(piece.data, at);
      at += piece.data.length;
    }
    const [rows, columns] = pieces[0].shape;
    return { shape: which < 2 ? [directions.length, rows, columns] : [directions.length, 2 * rows], data };
  }

  /** [T, B, D*H] to [B, D*H]. */
  #pool(x: string): string {
    const { pooling = 'last', encoder } = this.#model.experiment.model;
    if (pooling === 'last') {
      const byText = this.#node('Transpose', [`h_n_${encoder.layers - 1}`], 'h_by_text', { perm: [1, 0, 2] });
      return this.#node('Reshape', [byText, this.#integer('joined_states', [0, -1])], 'pooled');
    }
    const mask = this.#mask(x);
    if (pooling === 'attention') return this.#attend(x, mask);
    if (pooling === 'max') {
      const masked = this.#node('Where', [mask, x, this.#lowest()], 'masked');
      return this.#node('ReduceMax', [masked], 'pooled', { axes: [0], keepdims: 0 });
    }
    const zero = this.#float('zero', { shape: [1], data: Float32Array.of(0) });
    const masked = this.#node('Where', [mask, x, zero], 'masked');
    const sum = this.#node('ReduceSum', [masked, this.#integer('token_axis', [0])], 'sum', { keepdims: 0 });
    const counts = this.#node('Cast', ['lengths'], 'counts', { to: 1 });
    const column = this.#node('Unsqueeze', [counts, this.#integer('last_axis', [1])], 'count_column');
    return this.#node('Div', [sum, column], 'pooled');
  }

  /** The average over the tokens, weighted by the softmax of their scores. */
  #attend(x: string, mask: string): string {
    const column = applySteps(tensorOf(this.#model, ATTENTION_WEIGHT), [{ type: 'transpose' }]);
    const scores = this.#node('MatMul', [x, this.#float(ATTENTION_WEIGHT, column)], 'token_scores');
    const own = this.#node('Where', [mask, scores, this.#lowest()], 'own_scores');
    const weights = this.#node('Softmax', [own], 'attention', { axis: 0 });
    const weighted = this.#node('Mul', [x, weights], 'weighted');
    return this.#node('ReduceSum', [weighted, this.#integer('token_axis', [0])], 'pooled', { keepdims: 0 });
  }

  /** Takes the place of what is no token. */
  #lowest(): string {
    return this.#float('lowest', { shape: [1], data: Float32Array.of(Number.NEGATIVE_INFINITY) });
  }

  /** Whether a token is one of its text: [T, B, 1]. */
  #mask(x: string): string {
    const shape = this.#node('Shape', [x], 'x_shape');
    const tokens = this.#node('Gather', [shape, this.#integer('first', 0)], 'token_count', { axis: 0 });
    const places = this.#node('Range', [this.#integer('start', 0), tokens, this.#integer('step', 1)], 'places');
    const column = this.#node('Unsqueeze', [places, this.#integer('column_axis', [1])], 'place_column');
    const lengths = this.#node('Cast', ['lengths'], 'long_lengths', { to: 7 });
    const isToken = this.#node('Less', [column, lengths], 'is_token');
    return this.#node('Unsqueeze', [isToken, this.#integer('width_axis', [2])], 'mask');
  }

  #scoreTexts(pooled: string): void {
    const [weight, bias] = ['head.weight', 'head.bias'].map((name) => this.#float(name, tensorOf(this.#model, name)));
    this.#node('Gemm', [pooled, weight, bias], 'logits', { transB: 1 });
  }

  /** [T, B, H] to [B, T, V]. */
  #scoreTokens(x: string): void {
    const weight = this.#float(
      'head.weight',
      applySteps(tensorOf(this.#model, 'head.weight'), [{ type: 'transpose' }]),
    );
    const product = this.#node('MatMul', [x, weight], 'products');
    const scores = this.#node('Add', [product, this.#float('head.bias', tensorOf(this.#model, 'head.bias'))], 'scores');
    this.#node('Transpose', [scores], 'logits', { perm: [1, 0, 2] });
  }
}
