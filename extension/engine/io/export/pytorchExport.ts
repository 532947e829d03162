// A PyTorch module of a run: source that reads like anybody's nn.Module, its state_dict, and an example that loads and predicts.
import { isSubword, type ResolvedModel } from '../../../schema/resolved.ts';
import { classCountOf, type Export, type ExportedModel, segmenterOf, textParts } from './exportedModel.ts';
import { pythonBool, pythonComment, pythonList } from './pythonText.ts';
import { encodeTorch } from './torchWriter.ts';

const CELLS = {
  lstm: { encoder: 'LSTMEncoder', module: 'LSTM' },
  gru: { encoder: 'GRUEncoder', module: 'GRU' },
  rnn: { encoder: 'RNNEncoder', module: 'RNN' },
} as const;

export function exportPytorch(model: ExportedModel): Export {
  const text = textParts(model);
  const isWriter = model.experiment.task === 'languageModel';
  return {
    files: [
      { name: 'model.py', content: isWriter ? languageModelSource(model) : classifierSource(model) },
      { name: 'model.pt', content: encodeTorch(model.tensors) },
      { name: 'predict.py', content: isWriter ? writeSource(model) : predictSource(model) },
      ...text.files,
    ],
    losses: [...text.losses, 'The optimizer’s state is not part of it.'],
  };
}

function header({ name, experiment }: ExportedModel, what: string): string {
  return `"""${what} "${pythonComment(name)}", trained with Gatescope.

load() gives it with its weights, from model.pt beside this file, ready to predict. Texts become token ids with tokenizer.json.
"""

from pathlib import Path

import torch
from torch import nn
${experiment.task === 'languageModel' ? '' : 'from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence\n'}
`;
}

/** Arguments of the encoder, as nn.LSTM has them. */
function encoderArguments({ embedding, encoder }: ResolvedModel, vocabularySize: number): string {
  const inputSize = 'type' in embedding ? vocabularySize : embedding.size;
  return [
    `input_size=${inputSize}`,
    `hidden_size=${encoder.hiddenSize}`,
    `num_layers=${encoder.layers}`,
    'batch_first=True',
    `dropout=${encoder.dropout}`,
    `bidirectional=${pythonBool(encoder.bidirectional)}`,
    ...(encoder.type === 'rnn' ? [`nonlinearity="${encoder.nonlinearity}"`] : []),
  ].join(', ');
}

/** Lines of the constructor and the expression for the inputs [B, T, I]. */
function embeddingSource({ embedding }: ResolvedModel, vocabularySize: number): { lines: string[]; inputs: string } {
  if ('type' in embedding) {
    return { lines: [], inputs: `nn.functional.one_hot(ids, ${vocabularySize}).float()` };
  }
  return {
    lines: [
      `self.embedding = nn.Embedding(${vocabularySize}, ${embedding.size}, padding_idx=0)`,
      `self.embedding_dropout = nn.Dropout(${embedding.dropout})`,
    ],
    inputs: 'self.embedding_dropout(self.embedding(ids))',
  };
}

const indented = (lines: readonly string[]): string => lines.map((line) => `        ${line}\n`).join('');

const LOAD = (className: string): string => `

def load(path=Path(__file__).with_name("model.pt")):
    """The trained model. Strict: every weight is there, and nothing else."""
    model = ${className}()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=True)
    return model.eval()
`;

function classifierSource(model: ExportedModel): string {
  const { vocabularySize, labels } = model;
  const resolved = model.experiment.model;
  const { encoder, module } = CELLS[resolved.encoder.type];
  const { lines, inputs } = embeddingSource(resolved, vocabularySize);
  const width = resolved.encoder.hiddenSize * (resolved.encoder.bidirectional ? 2 : 1);
  return `${header(model, 'The classifier')}
LABELS = ${pythonList(labels)}


class ${encoder}(nn.${module}):
    """nn.${module} over padded texts: inputs [B, T, I], lengths [B] to outputs [B, T, D*H] and final states [B, D*H]."""

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        packed_out, final = super().forward(packed)
        h_n = ${module === 'LSTM' ? 'final[0]' : 'final'}
        out, _ = pad_packed_sequence(packed_out, batch_first=True)
        directions = 2 if self.bidirectional else 1
        return out, torch.cat(list(h_n[-directions:]), dim=1)


class Classifier(nn.Module):
    """Token ids [B, T], padded with 0, and lengths [B] to logits [B, ${labels.length}]."""

    def __init__(self):
        super().__init__()
${indented(lines)}        self.encoder = ${encoder}(${encoderArguments(resolved, vocabularySize)})
${resolved.pooling === 'attention' ? `        self.attention = nn.Linear(${width}, 1, bias=False)\n` : ''}        self.head_dropout = nn.Dropout(${resolved.head.dropout})
        self.head = nn.Linear(${width}, ${classCountOf(model)})

    def forward(self, ids, lengths):
        out, last = self.encoder(${inputs}, lengths)
${POOLING[resolved.pooling ?? 'last']}        return self.head(self.head_dropout(pooled))
${LOAD('Classifier')}`;
}

const MASK = '        mask = (torch.arange(out.shape[1], device=out.device)[None, :] < lengths[:, None])[:, :, None]\n';
const POOLING = {
  last: '        pooled = last\n',
  mean: `${MASK}        pooled = (out * mask).sum(1) / lengths[:, None]\n`,
  max: `${MASK}        pooled = out.masked_fill(~mask, -torch.inf).amax(1)\n`,
  attention: `${MASK}        scores = self.attention(out).masked_fill(~mask, -torch.inf)
        pooled = (scores.softmax(1) * out).sum(1)\n`,
} as const;

function languageModelSource(model: ExportedModel): string {
  const { vocabularySize } = model;
  const resolved = model.experiment.model;
  const { encoder, module } = CELLS[resolved.encoder.type];
  const { lines, inputs } = embeddingSource(resolved, vocabularySize);
  return `${header(model, 'The language model')}

class ${encoder}(nn.${module}):
    """nn.${module} as it is: inputs [B, T, I] and a state to outputs [B, T, H] and the state after them."""


class LanguageModel(nn.Module):
    """Token ids [B, T] and the state of the tokens before (None at the start) to logits [B, T, ${vocabularySize}] and the state after."""

    def __init__(self):
        super().__init__()
${indented(lines)}        self.encoder = ${encoder}(${encoderArguments(resolved, vocabularySize)})
        self.head_dropout = nn.Dropout(${resolved.head.dropout})
        self.head = nn.Linear(${resolved.encoder.hiddenSize}, ${vocabularySize})

    def forward(self, ids, state=None):
        out, state = self.encoder(${inputs}, state)
        return self.head(self.head_dropout(out)), state
${LOAD('LanguageModel')}`;
}

const TOKENIZER = `from pathlib import Path

import torch
from tokenizers import Tokenizer

`;

function predictSource({ experiment }: ExportedModel): string {
  const isSegmented = segmenterOf(experiment) !== undefined;
  const text = isSegmented ? '" ".join(jieba.cut(text))' : 'text';
  const needs = isSegmented ? 'torch, tokenizers and jieba' : 'torch and tokenizers';
  return `"""Loads the model and predicts: python predict.py "a text" "another text". Needs ${needs}."""

import sys
${isSegmented ? TOKENIZER.replace('import torch', 'import jieba\nimport torch') : TOKENIZER}from model import LABELS, load

UNKNOWN = 1


def encode(texts):
    """Token ids [B, T], padded with 0, and lengths [B]. A text without tokens is one unknown token."""
    tokenizer = Tokenizer.from_file(str(Path(__file__).with_name("tokenizer.json")))
    rows = [(tokenizer.encode(${text}).ids or [UNKNOWN])[:${experiment.text.maxLength}] for text in texts]
    lengths = torch.tensor([len(row) for row in rows])
    ids = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
    for row, values in enumerate(rows):
        ids[row, : len(values)] = torch.tensor(values)
    return ids, lengths


@torch.no_grad()
def predict(texts):
    """Probabilities [B, C] in the order of LABELS."""
    return load()(*encode(texts)).softmax(dim=1)


if __name__ == "__main__":
    texts = sys.argv[1:] or sys.exit(__doc__)
    for text, row in zip(texts, predict(texts)):
        best = int(row.argmax())
        print(f"{LABELS[best]}\\t{row[best]:.4f}\\t{text}")
`;
}

/** Words and characters are joined here; tokenizer.json says how subwords are. */
function writeSource({ experiment }: ExportedModel): string {
  const { tokenizer } = experiment.text;
  const isSubwords = 'file' in tokenizer || isSubword(tokenizer.type);
  const written = isSubwords
    ? 'tokenizer.decode(ids, skip_special_tokens=False)'
    : '[tokenizer.id_to_token(id) for id in ids]';
  const print = isSubwords
    ? 'print(tokens)'
    : `print((${'"" if all(len(token) == 1 for token in tokens) else " "'}).join(tokens))`;
  return `"""Loads the model and writes on from a prompt: python predict.py "a prompt". Needs torch and tokenizers."""

import sys
${TOKENIZER}from model import load


@torch.no_grad()
def write(prompt, length=200, temperature=0.8):
    """The prompt's token ids and \`length\` more, drawn from the model."""
    tokenizer = Tokenizer.from_file(str(Path(__file__).with_name("tokenizer.json")))
    model = load()
    ids = tokenizer.encode(prompt).ids or sys.exit("The prompt has no token that the model knows.")
    logits, state = model(torch.tensor([ids]))
    for _ in range(length):
        # [PAD] and [UNK] stand for nothing that could be written.
        scores = logits[0, -1] / temperature
        scores[:2] = -torch.inf
        ids.append(int(torch.multinomial(scores.softmax(0), 1)))
        logits, state = model(torch.tensor([ids[-1:]]), state)
    return ${written}


if __name__ == "__main__":
    tokens = write(sys.argv[1] if len(sys.argv) > 1 else sys.exit(__doc__))
    ${print}
`;
}
