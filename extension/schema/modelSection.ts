// The section `model` of a config: embedding, encoder, pooling, head.
import { Type } from '@sinclair/typebox';
import { closed } from './closed.ts';
import { stringEnum } from './stringEnum.ts';

const dropout = (what: string, byDefault = 0) =>
  Type.Optional(
    Type.Number({ minimum: 0, exclusiveMaximum: 1, default: byDefault, description: `Dropout probability ${what}.` }),
  );

export const VECTOR_FORMATS = ['auto', 'text', 'binary'] as const;

const VectorsSchema = closed(
  {
    path: Type.String({ minLength: 1, description: 'File of word vectors, relative to this config.' }),
    tokens: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Which word each row stands for, where the file holds a table alone (safetensors, .npz and other files of weights): a file with one word a line, a JSON list, or JSON with rows by word.',
      }),
    ),
    format: Type.Optional(
      stringEnum(VECTOR_FORMATS, {
        default: 'auto',
        description: 'How the file is written.',
        enumDescriptions: [
          '`binary` for .bin, tables for files of weights, `text` for all others.',
          'A word and its numbers a line: GloVe, word2vec text, fastText .vec.',
          'word2vec binary.',
        ],
      }),
    ),
  },
  {
    description:
      'Word vectors that rows start from; words that are not in the file start as `init` says. To keep them as they are, freeze `embedding` under `fineTune`.',
  },
);

const EmbeddingSchema = closed(
  {
    size: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 8192, default: 100, description: 'Numbers per token (embedding_dim).' }),
    ),
    dropout: dropout('on the output of the embedding'),
    init: Type.Optional(
      Type.Union(
        [
          closed(
            { uniform: Type.Number({ exclusiveMinimum: 0, maximum: 10, description: 'Draw from U(-a, a).' }) },
            { title: 'Uniform', description: 'Uniform initialisation.' },
          ),
          closed(
            { normal: Type.Number({ exclusiveMinimum: 0, maximum: 10, description: 'Draw from N(0, s²).' }) },
            { title: 'Normal', description: 'Normal initialisation (PyTorch uses s = 1).' },
          ),
        ],
        {
          default: { uniform: 0.25 },
          description: 'How embedding rows start. U(-0.25, 0.25) trains small data sets better than PyTorch’s N(0, 1).',
        },
      ),
    ),
    vectors: Type.Optional(VectorsSchema),
  },
  { title: 'Learned', description: 'The table that turns token ids into vectors.' },
);

const OneHotSchema = closed(
  {
    type: Type.Literal('oneHot', { description: 'One number a vocabulary entry: 1 for the token, 0 for all others.' }),
  },
  {
    title: 'One-hot',
    description: 'No table: each token is a unit vector. For small vocabularies such as characters.',
  },
);

const encoderProperties = {
  hiddenSize: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 8192,
      default: 100,
      description: 'Hidden units per direction (hidden_size).',
    }),
  ),
  layers: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 16, default: 1, description: 'Stacked layers (num_layers).' }),
  ),
  bidirectional: Type.Optional(Type.Boolean({ default: false, description: 'Also read the text from its end.' })),
  dropout: dropout('between layers; needs at least two'),
};

export const EncoderSchema = Type.Union(
  [
    closed(
      {
        type: Type.Literal('lstm', { description: 'Kind of encoder.' }),
        ...encoderProperties,
        forgetBias: Type.Optional(
          Type.Number({
            minimum: -10,
            maximum: 10,
            default: 0,
            description:
              'Added to the forget gate’s input bias (bias_ih) after initialisation; 1 helps long texts (Jozefowicz et al., 2015).',
          }),
        ),
      },
      {
        title: 'LSTM',
        description: 'Long short-term memory (Hochreiter and Schmidhuber, 1997), as torch.nn.LSTM.',
      },
    ),
    closed(
      { type: Type.Literal('gru', { description: 'Kind of encoder.' }), ...encoderProperties },
      {
        title: 'GRU',
        description:
          'Gated recurrent unit (Cho et al., 2014), as torch.nn.GRU: the reset gate acts after the product with the hidden state. A quarter fewer weights than an LSTM.',
      },
    ),
    closed(
      {
        type: Type.Literal('rnn', { description: 'Kind of encoder.' }),
        ...encoderProperties,
        nonlinearity: Type.Optional(
          stringEnum(['tanh', 'relu'], {
            default: 'tanh',
            description: 'What is applied to the sum of input and hidden state.',
            enumDescriptions: ['Hyperbolic tangent.', 'Rectifier; states may grow without bound: clip the gradients.'],
          }),
        ),
      },
      {
        title: 'RNN',
        description: 'Plain recurrent network without gates (Elman, 1990), as torch.nn.RNN. Forgets within few tokens.',
      },
    ),
  ],
  { description: 'The recurrent encoder.' },
);

export const ModelSchema = closed(
  {
    embedding: Type.Optional(
      Type.Union([EmbeddingSchema, OneHotSchema], {
        description: 'How token ids become vectors: a learned table, or `{ "type": "oneHot" }`.',
      }),
    ),
    encoder: EncoderSchema,
    pooling: Type.Optional(
      stringEnum(['last', 'mean', 'max', 'attention'], {
        default: 'last',
        description:
          'How the encoder’s outputs become one vector per text. A language model has none: it predicts at every token.',
        enumDescriptions: [
          'The final hidden state of each direction (PyTorch’s h_n).',
          'The mean over the tokens.',
          'The largest value of each unit over the tokens.',
          'The average over the tokens, weighted by a softmax over one learned score a token (Felbo et al., 2017). Its group is `attention`.',
        ],
      }),
    ),
    head: Type.Optional(
      closed(
        { dropout: dropout('before the dense layer') },
        { description: 'The dense layer that gives one score per class, or per vocabulary entry.' },
      ),
    ),
  },
  { description: 'Embedding, encoder, pooling and head.' },
);
