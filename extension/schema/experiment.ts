// The experiment config (*.gatescope.json): the only source of its types, JSON Schema, defaults and reference page.
// Every key has a description; every optional key has a default or is absent by default and says so.
import { type Static, Type } from '@sinclair/typebox';
import { CheckpointsSchema } from './checkpoints.ts';
import { closed } from './closed.ts';
import { FineTuneSchema } from './fineTune.ts';
import { ScheduleSchema } from './schedule.ts';
import { DatasetReferenceSchema, SourceSchema } from './source.ts';
import { stringEnum } from './stringEnum.ts';
import { TASKS } from './tasks.ts';

export const DEFAULT_EPOCHS = 10;
export const BACKENDS = ['auto', 'native', 'wasm', 'wasm-plain', 'cpu', 'tensorflow'] as const;
/** The most kernel threads that can be asked for. */
export const MAX_THREADS = 64;
const MAX_PROBES = 20;
const MAX_PROBE_CHARACTERS = 2000;
export const METRICS = [
  'validation.loss',
  'validation.accuracy',
  'validation.macroF1',
  'validation.weightedF1',
  'validation.perplexity',
  'validation.bitsPerCharacter',
] as const;
export const CLEANING_STEPS = [
  'nfc',
  'nfkc',
  'lowercase',
  'stripHtml',
  'collapseWhitespace',
  'stripAccents',
  'replaceUrls',
  'replaceNumbers',
] as const;

const ValidationSchema = Type.Union(
  [
    closed(
      {
        split: Type.Number({
          exclusiveMinimum: 0,
          exclusiveMaximum: 1,
          description:
            'Share of the training data to hold out: stratified by label and drawn with the seed, or for a language model the end of the text.',
        }),
      },
      { title: 'Share of the training data', description: 'Hold out a share of the training data.' },
    ),
    SourceSchema,
    DatasetReferenceSchema,
  ],
  {
    default: { split: 0.1 },
    description:
      'What each epoch is judged on: `{ "split": 0.1 }`, a file of its own `{ "path": … }`, or the validation part of a dataset `{ "dataset": … }`.',
  },
);

const DataSchema = closed(
  {
    train: Type.Union([SourceSchema, DatasetReferenceSchema], {
      description: 'What is learned from: a file or folder `{ "path": … }`, or a dataset `{ "dataset": … }`.',
    }),
    validation: Type.Optional(ValidationSchema),
    test: Type.Optional(
      Type.Union([SourceSchema, DatasetReferenceSchema], {
        description: 'Held-out data, scored once at the end with the best weights. Without it there is no test score.',
      }),
    ),
    maxBadRowShare: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.01,
        description:
          'Share of rows that may be unusable (missing field, empty text, label unknown to training). Such rows are skipped, counted and listed; more than this share is an error.',
      }),
    ),
  },
  { description: 'Training, validation and test data.' },
);

export const TOKENIZER_TYPES = ['word', 'whitespace', 'character', 'bpe', 'wordpiece', 'unigram'] as const;
export const SEGMENTERS = ['jieba'] as const;

/** A tokenizer whose vocabulary comes from the training data. */
export const LearnedTokenizerSchema = closed(
  {
    type: Type.Optional(
      stringEnum(TOKENIZER_TYPES, {
        default: 'word',
        description: 'How text is cut into tokens.',
        enumDescriptions: [
          'Words and punctuation marks; Chinese and Japanese characters one by one.',
          'At white space only.',
          'Every character (code point), spaces too.',
          'Byte-level byte-pair encoding, as GPT-2: frequent words whole (`Ġthe`), others in pieces, nothing unknown.',
          'WordPiece, as BERT: a word, or its beginning and pieces that go on with it (`##ing`).',
          'Unigram, as SentencePiece: the most probable pieces of a text (`▁the`); needs no words, so it suits Chinese and Japanese.',
        ],
      }),
    ),
    segmenter: Type.Optional(
      stringEnum(SEGMENTERS, {
        description: 'What finds Chinese words, with `"type": "word"`. By default every Chinese character is a token.',
        enumDescriptions: ['jieba: the words of its dictionary, and new ones by a hidden Markov model.'],
      }),
    ),
    lowercase: Type.Optional(Type.Boolean({ default: false, description: 'Lower-case the text before it is split.' })),
    minFrequency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description:
          'Tokens seen less often in the training data become [UNK]; pairs of subwords seen less often are not joined. By default 1, of subwords 2.',
      }),
    ),
    maxVocabulary: Type.Optional(
      Type.Integer({
        minimum: 3,
        maximum: 10_000_000,
        description:
          'Largest number of vocabulary entries, [PAD] and [UNK] among them; the most frequent stay. By default 100000, of subwords 8000.',
      }),
    ),
  },
  { title: 'Learned', description: 'A tokenizer whose vocabulary comes from the training data.' },
);

const TokenizerFileSchema = closed(
  {
    file: Type.String({
      minLength: 1,
      description: 'A tokenizer.json of the Hugging Face library `tokenizers`, relative to this config.',
    }),
  },
  {
    title: 'File',
    description:
      'A tokenizer that is there already. Its vocabulary stays as it is; the special tokens that it adds around a text are left out.',
  },
);

export const TokenizerSchema = Type.Union([LearnedTokenizerSchema, TokenizerFileSchema], {
  description:
    'How text becomes tokens: learned from the training data only, or `{ "file": "tokenizer.json" }`. The run keeps it as a Hugging Face tokenizer.json.',
});

const TextSchema = closed(
  {
    cleaning: Type.Optional(
      Type.Array(
        stringEnum(CLEANING_STEPS, {
          description: 'One cleaning step.',
          enumDescriptions: [
            'Unicode NFC: composed characters.',
            'Unicode NFKC: also full-width and ligature forms become plain ones.',
            'Lower case.',
            'Remove HTML tags and decode entities.',
            'Runs of white space become one space; ends are trimmed.',
            'Remove accents: é becomes e.',
            'Web addresses become <url>.',
            'Numbers become <num>.',
          ],
        }),
        {
          default: [],
          uniqueItems: true,
          description: 'Cleaning steps, applied in this order before the text is split into tokens.',
        },
      ),
    ),
    tokenizer: Type.Optional(TokenizerSchema),
    maxLength: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: 128,
        description:
          'Longest text in tokens; what lies beyond is cut off (the start is kept). A language model reads everything.',
      }),
    ),
  },
  { description: 'From raw text to token ids.' },
);

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

const ModelSchema = closed(
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

const learningRate = (byDefault: number) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100, default: byDefault, description: 'Step size.' }));
const weightDecay = (byDefault: number, how: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 10, default: byDefault, description: `Weight decay, ${how}.` }));
const momentum = Type.Optional(
  Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0,
    description: 'Share of the previous update that is kept.',
  }),
);
const epsilon = (byDefault: number) =>
  Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 1, default: byDefault, description: 'Added to the denominator.' }),
  );
const adamProperties = {
  betas: Type.Optional(
    Type.Tuple([Type.Number({ minimum: 0, exclusiveMaximum: 1 }), Type.Number({ minimum: 0, exclusiveMaximum: 1 })], {
      default: [0.9, 0.999],
      description: 'Decay rates of the running means of the gradient and of its square.',
    }),
  ),
  epsilon: epsilon(1e-8),
  lazy: Type.Optional(
    Type.Boolean({
      default: false,
      description:
        'Update only those rows of the embedding that the batch uses, as torch.optim.SparseAdam; weight decay acts on them alone too. Faster with a large vocabulary; all other weights are updated as always.',
    }),
  ),
};

export const OptimizerSchema = Type.Union(
  [
    closed(
      {
        type: Type.Literal('adam', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.001),
        ...adamProperties,
        weightDecay: weightDecay(0, 'as an L2 term of the gradient'),
      },
      { title: 'Adam', description: 'Adam (Kingma and Ba, 2015), as torch.optim.Adam.' },
    ),
    closed(
      {
        type: Type.Literal('adamw', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.001),
        ...adamProperties,
        weightDecay: weightDecay(0.01, 'decoupled from the gradient'),
      },
      {
        title: 'AdamW',
        description: 'Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as torch.optim.AdamW.',
      },
    ),
    closed(
      {
        type: Type.Literal('sgd', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.1),
        momentum,
        nesterov: Type.Optional(
          Type.Boolean({ default: false, description: 'Nesterov momentum; needs momentum above 0.' }),
        ),
        weightDecay: weightDecay(0, 'as an L2 term of the gradient'),
      },
      { title: 'SGD', description: 'Stochastic gradient descent, as torch.optim.SGD.' },
    ),
    closed(
      {
        type: Type.Literal('rmsprop', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.01),
        alpha: Type.Optional(
          Type.Number({
            minimum: 0,
            exclusiveMaximum: 1,
            default: 0.99,
            description: 'Decay rate of the running mean of the squared gradient.',
          }),
        ),
        epsilon: epsilon(1e-8),
        momentum,
        centered: Type.Optional(
          Type.Boolean({
            default: false,
            description: 'Divide by the deviation of the gradient (its running mean taken off), not by its size.',
          }),
        ),
        weightDecay: weightDecay(0, 'as an L2 term of the gradient'),
      },
      { title: 'RMSprop', description: 'RMSprop (Hinton, 2012), as torch.optim.RMSprop.' },
    ),
    closed(
      {
        type: Type.Literal('adagrad', { description: 'Kind of optimizer.' }),
        learningRate: learningRate(0.01),
        learningRateDecay: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 1,
            default: 0,
            description: 'The step size of update t is learningRate / (1 + (t - 1) × learningRateDecay).',
          }),
        ),
        initialAccumulatorValue: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: 1000,
            default: 0,
            description: 'What the sums of squared gradients start at.',
          }),
        ),
        epsilon: epsilon(1e-10),
        weightDecay: weightDecay(0, 'as an L2 term of the gradient'),
      },
      { title: 'Adagrad', description: 'Adagrad (Duchi, Hazan and Singer, 2011), as torch.optim.Adagrad.' },
    ),
  ],
  { default: { type: 'adam' }, description: 'The update rule.' },
);

const TrainingSchema = closed(
  {
    epochs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        default: DEFAULT_EPOCHS,
        description: 'Passes over the training data.',
      }),
    ),
    batchSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_536,
        default: 32,
        description: 'Examples per update; for a language model the parts of the text that are read side by side.',
      }),
    ),
    sequenceLength: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description:
          'Tokens of each part per update of a language model (bptt): gradients reach back so far, the state is carried on. By default 64.',
      }),
    ),
    batching: Type.Optional(
      stringEnum(['shuffled', 'bucketed'], {
        default: 'shuffled',
        description:
          'Which examples share a batch. Either way each stands in one batch per epoch, drawn with the seed.',
        enumDescriptions: [
          'Any: a new random order each epoch.',
          'Texts of similar length together, the batches in random order: each step then works on almost all texts of its batch. Padding costs nothing either way.',
        ],
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4_294_967_295,
        default: 1,
        description:
          'Seed of split, initialisation, data order and dropout: the same config, data and seed give the same bits.',
      }),
    ),
    optimizer: Type.Optional(OptimizerSchema),
    schedule: Type.Optional(ScheduleSchema),
    clip: Type.Optional(
      closed(
        {
          norm: Type.Optional(
            Type.Number({ exclusiveMinimum: 0, description: 'Largest global L2 norm of all gradients together.' }),
          ),
          value: Type.Optional(
            Type.Number({ exclusiveMinimum: 0, description: 'Largest absolute value of a gradient element.' }),
          ),
        },
        { description: 'Gradient clipping by norm or by value, not both. Absent: none.' },
      ),
    ),
    loss: Type.Optional(
      closed(
        {
          labelSmoothing: Type.Optional(
            Type.Number({
              minimum: 0,
              exclusiveMaximum: 1,
              default: 0,
              description: 'Share of the target spread evenly over all classes.',
            }),
          ),
          classWeights: Type.Optional(
            Type.Union(
              [
                stringEnum(['none', 'balanced'], {
                  description: '`balanced` weighs a class by examples / (classes × examples of the class).',
                }),
                Type.Record(Type.String(), Type.Number({ minimum: 0 }), {
                  title: 'label and weight',
                  description: 'A weight per label.',
                }),
              ],
              {
                default: 'none',
                description: 'Weight of each class in the loss: `none`, `balanced`, or an object of label and weight.',
              },
            ),
          ),
        },
        { description: 'Cross-entropy options.' },
      ),
    ),
    best: Type.Optional(
      closed(
        {
          metric: Type.Optional(
            stringEnum(METRICS, {
              description:
                'The metric that decides. By default `validation.accuracy`, for a language model `validation.loss`.',
            }),
          ),
        },
        { description: 'Which epoch’s weights are kept: the best by this metric, the earlier on a tie.' },
      ),
    ),
    earlyStopping: Type.Optional(
      closed(
        {
          metric: Type.Optional(
            stringEnum(METRICS, { default: 'validation.loss', description: 'The metric that is watched.' }),
          ),
          patience: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 100_000,
              default: 3,
              description: 'Evaluations without improvement before training stops.',
            }),
          ),
          minDelta: Type.Optional(
            Type.Number({ minimum: 0, default: 0, description: 'Smallest change that counts as improvement.' }),
          ),
        },
        { description: 'Stop when a metric no longer improves. Absent: train all epochs.' },
      ),
    ),
    validateEverySteps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Also validate every N updates. Absent: at the end of each epoch only.',
      }),
    ),
    checkpoints: Type.Optional(CheckpointsSchema),
  },
  { description: 'How the model is trained.' },
);

const EngineSchema = closed(
  {
    backend: Type.Optional(
      stringEnum(BACKENDS, {
        default: 'auto',
        description:
          'What computes. A named backend that cannot run is an error; only `auto` falls back. The log and environment.json say what it was.',
        enumDescriptions: [
          'The first that works here of native, wasm, wasm-plain and cpu.',
          'Native kernels (AVX-512, AVX2 or NEON).',
          'The same kernels in WebAssembly with relaxed SIMD: the same bits, slower.',
          'The same kernels in WebAssembly without fused multiply-add: other last bits.',
          'Plain TypeScript on one thread, everywhere.',
          'TensorFlow, where it is installed.',
        ],
      }),
    ),
    threads: Type.Optional(
      Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: MAX_THREADS })], {
        default: 'auto',
        description:
          'Kernel threads; `auto` is the number of physical cores, at most 8; in VS Code one is left to the editor. Results are the same with any number.',
      }),
    ),
  },
  { description: 'Backend and threads. Overrides the editor’s settings.' },
);

export const ExperimentSchema = closed(
  {
    $schema: Type.Optional(Type.String({ description: 'JSON Schema of this file, for other editors.' })),
    name: Type.Optional(Type.String({ maxLength: 200, description: 'Name shown in lists. By default the file name.' })),
    description: Type.Optional(Type.String({ description: 'Notes for readers of this config.' })),
    task: Type.Optional(
      stringEnum(TASKS, {
        default: 'classification',
        description: 'What is learned.',
        enumDescriptions: ['One label per text.', 'The next token of running text, so that the model can write on.'],
      }),
    ),
    data: DataSchema,
    text: Type.Optional(TextSchema),
    model: ModelSchema,
    training: Type.Optional(TrainingSchema),
    probes: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          maxLength: MAX_PROBE_CHARACTERS,
          description: 'A text, cleaned and cut as the data is.',
        }),
        {
          maxItems: MAX_PROBES,
          uniqueItems: true,
          defaultSnippets: [{ label: '[ "a text" ]', body: ['$1'] }],
          description:
            'Texts whose gates and states are stored before training and after every epoch, so that learning can be replayed. They have no part in training.',
        },
      ),
    ),
    fineTune: Type.Optional(FineTuneSchema),
    engine: Type.Optional(EngineSchema),
  },
  { title: 'Gatescope experiment', description: 'An experiment: data, text processing, model and training.' },
);

/** A config as the user wrote it: most keys optional. */
export type Experiment = Static<typeof ExperimentSchema>;
export type CleaningStep = (typeof CLEANING_STEPS)[number];
export type Backend = (typeof BACKENDS)[number];
export type MetricName = (typeof METRICS)[number];
