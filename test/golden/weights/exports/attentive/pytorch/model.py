"""The classifier "attentive       end", trained with Gatescope.

load() gives it with its weights, from model.pt beside this file, ready to predict. Texts become token ids with tokenizer.json.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


LABELS = ["yes", "no \"quoted\" \\", "n\u00e9 \U0001f642"]


class GRUEncoder(nn.GRU):
    """nn.GRU over padded texts: inputs [B, T, I], lengths [B] to outputs [B, T, D*H] and final states [B, D*H]."""

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        packed_out, final = super().forward(packed)
        h_n = final
        out, _ = pad_packed_sequence(packed_out, batch_first=True)
        directions = 2 if self.bidirectional else 1
        return out, torch.cat(list(h_n[-directions:]), dim=1)


class Classifier(nn.Module):
    """Token ids [B, T], padded with 0, and lengths [B] to logits [B, 3]."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(12, 6, padding_idx=0)
        self.embedding_dropout = nn.Dropout(0.1)
        self.encoder = GRUEncoder(input_size=6, hidden_size=5, num_layers=1, batch_first=True, dropout=0, bidirectional=True)
        self.attention = nn.Linear(10, 1, bias=False)
        self.head_dropout = nn.Dropout(0.5)
        self.head = nn.Linear(10, 3)

    def forward(self, ids, lengths):
        out, last = self.encoder(self.embedding_dropout(self.embedding(ids)), lengths)
        mask = (torch.arange(out.shape[1], device=out.device)[None, :] < lengths[:, None])[:, :, None]
        scores = self.attention(out).masked_fill(~mask, -torch.inf)
        pooled = (scores.softmax(1) * out).sum(1)
        return self.head(self.head_dropout(pooled))


def load(path=Path(__file__).with_name("model.pt")):
    """The trained model. Strict: every weight is there, and nothing else."""
    model = Classifier()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=True)
    return model.eval()
