"""The language model "writer       end", trained with Gatescope.

load() gives it with its weights, from model.pt beside this file, ready to predict. Texts become token ids with tokenizer.json.
"""

from pathlib import Path

import torch
from torch import nn



class LSTMEncoder(nn.LSTM):
    """nn.LSTM as it is: inputs [B, T, I] and a state to outputs [B, T, H] and the state after them."""


class LanguageModel(nn.Module):
    """Token ids [B, T] and the state of the tokens before (None at the start) to logits [B, T, 12] and the state after."""

    def __init__(self):
        super().__init__()
        self.encoder = LSTMEncoder(input_size=12, hidden_size=5, num_layers=2, batch_first=True, dropout=0, bidirectional=False)
        self.head_dropout = nn.Dropout(0.5)
        self.head = nn.Linear(5, 12)

    def forward(self, ids, state=None):
        out, state = self.encoder(nn.functional.one_hot(ids, 12).float(), state)
        return self.head(self.head_dropout(out)), state


def load(path=Path(__file__).with_name("model.pt")):
    """The trained model. Strict: every weight is there, and nothing else."""
    model = LanguageModel()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), strict=True)
    return model.eval()
