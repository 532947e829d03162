"""The classifier of the benches in PyTorch, with packed sequences: embedding, one recurrent layer in both directions, max over time, dense."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class Classifier(nn.Module):
    def __init__(self, cell, vocabulary, embedding, hidden, classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=0)
        nn.init.uniform_(self.embedding.weight, -0.25, 0.25)
        self.embedding_dropout = nn.Dropout(0.2)
        self.encoder = CELLS[cell](embedding, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(2 * hidden, classes)

    def forward(self, ids, lengths):
        """ids [B, T], lengths [B] -> logits [B, C]."""
        x = self.embedding_dropout(self.embedding(ids))
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = pad_packed_sequence(self.encoder(packed)[0], batch_first=True, padding_value=float("-inf"))
        return self.head(self.dropout(out.amax(1)))
