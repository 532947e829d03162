// Configs that the form's tests begin with.

const EXAMPLE = `// Which kind of answer does a question ask for?
{
  "name": "TREC, BiLSTM",
  "data": {
    // Labels come first: DESC:manner How did …
    "train": { "path": "TREC.train.all", "format": "labelFirst" },
    "test": { "path": "TREC.test.all", "format": "labelFirst" },
  },
  "text": { "tokenizer": { "lowercase": true }, "cleaning": ["nfc", "stripHtml"] },
  "model": {
    "encoder": { "type": "lstm", "hiddenSize": 100, "bidirectional": true }, // both ways
    "pooling": "max"
  },
  "training": {
    "epochs": 10, // enough
    "optimizer": { "type": "adam", "learningRate": 1e-3 }
  },
  "probes": ["Who wrote Hamlet ?", "How far is it from Denver to Aspen ?"]
}
`;

const MINIMAL = `{
  "data": { "train": { "path": "data.csv" } },
  "model": { "encoder": { "type": "lstm" } }
}
`;

/** Every part that can be switched on is. */
const FULL = `{
  "name": "Everything",
  "description": "All parts of a config\\nin one.",
  "data": {
    "train": { "path": "train.csv", "textColumn": "text", "labelColumn": 1, "header": false },
    "validation": { "dataset": "reviews", "fold": 2 },
    "test": { "path": "test.csv" },
    "maxBadRowShare": 0.05
  },
  "text": { "cleaning": ["lowercase"], "tokenizer": { "type": "character" }, "maxLength": 64 },
  "model": {
    "embedding": { "size": 50, "init": { "normal": 1 }, "vectors": { "path": "glove.6B.50d.txt" } },
    "encoder": { "type": "rnn", "layers": 2, "dropout": 0.2, "nonlinearity": "relu" },
    "head": { "dropout": 0.5 }
  },
  "training": {
    "optimizer": { "type": "adamw", "betas": [0.9, 0.98], "lazy": true },
    "schedule": { "type": "oneCycle", "pctStart": 0.2 },
    "clip": { "norm": 5 },
    "loss": { "classWeights": { "spam": 2, "no spam at all": 1 } },
    "earlyStopping": { "patience": 5 },
    "checkpoints": { "everyEpochs": 2 }
  },
  "fineTune": {
    "from": "latest",
    "freeze": ["embedding", "encoder.0"],
    "unfreeze": [{ "epoch": 2, "groups": ["encoder.0"] }, { "plateau": 2, "groups": ["embedding"], "only": true }],
    "discriminative": { "factor": 2.6 },
    "learningRates": { "head": 0.01 }
  },
  "engine": { "threads": 2, "backend": "wasm" }
}
`;

const ERRORS = `{
  "data": { "train": { "path": "missing.csv", "fromat": "csv" } },
  "model": { "encoder": { "type": "lstm", "hiddenSize": 0 }, "pooling": "lats" },
  "training": { "epochs": "many", "batchSize": 1.5 },
  "engine": { "threads": 0 }
}
`;

export const EVIL = `<img src=x onerror="document.title='owned'">`;
const HOSTILE = JSON.stringify({
  name: `${EVIL}${'long '.repeat(35)}`,
  description: '"><script>document.title="owned"</script>',
  data: { train: { path: `${'a-folder-with-a-long-name/'.repeat(12)}train.csv`, [`${EVIL}${'x'.repeat(200)}`]: 1 } },
  model: { encoder: { type: 'lstm' } },
  training: { loss: { classWeights: { [`${EVIL}${'y'.repeat(200)}`]: 1 } } },
  probes: ['pneumonoultramicroscopicsilicovolcanoconiosis'.repeat(8), EVIL],
});

export const FORM_TEXTS: Readonly<Record<string, string>> = {
  example: EXAMPLE,
  minimal: MINIMAL,
  blank: '// nothing yet\n',
  full: FULL,
  errors: ERRORS,
  hostile: HOSTILE,
  untrusted: EXAMPLE,
  readOnly: EXAMPLE,
};
