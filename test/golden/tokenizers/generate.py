"""Ids of Python `tokenizers` for the texts and tokenizer.json files that writeInputs.ts wrote.

    node test/golden/tokenizers/writeInputs.ts OUT DATA
    python test/golden/tokenizers/generate.py OUT test/golden/tokenizers

Writes nasty.ids.json (all ids), hashes.json (SHA-256 over one line of ids a text, for every set and tokenizer), and trained.json: what Python's
trainers make of every second text, cut as ours: of BPE the SHA-256 of vocabulary and merges, of the others the number of tokens of all texts.
"""
import hashlib
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

inputs, out = Path(sys.argv[1]), Path(sys.argv[2])
hashes, nasty, trained = {}, {}, {}

MODELS = {"bpe": models.BPE, "wordpiece": lambda: models.WordPiece(unk_token="[UNK]"), "unigram": models.Unigram}


def train(kind, ours, texts):
    """The same settings as subwords.ts, around the steps of our file."""
    base = json.loads(Tokenizer(MODELS[kind]()).to_str())
    tokenizer = Tokenizer.from_str(json.dumps({**base, **{key: ours[key] for key in ("normalizer", "pre_tokenizer", "decoder")}}))
    common = {"vocab_size": 1000, "special_tokens": ["[PAD]", "[UNK]"], "show_progress": False}
    trainer = {
        "bpe": lambda: trainers.BpeTrainer(min_frequency=2, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **common),
        "wordpiece": lambda: trainers.WordPieceTrainer(min_frequency=2, **common),
        "unigram": lambda: trainers.UnigramTrainer(unk_token="[UNK]", **common),
    }[kind]()
    tokenizer.train_from_iterator(texts[::2], trainer)
    if kind != "bpe":
        return sum(len(tokenizer.encode(text).ids) for text in texts)
    model = json.loads(tokenizer.to_str())["model"]
    merges = [list(merge) for merge in model["merges"]]
    parts = [sorted(model["vocab"], key=model["vocab"].get), merges]
    lines = "".join(json.dumps(part, ensure_ascii=False, separators=(",", ":")) + "\n" for part in parts)
    return hashlib.sha256(lines.encode()).hexdigest()

for texts_path in sorted(inputs.glob("*.texts.json")):
    name = texts_path.name.split(".")[0]
    texts = json.loads(texts_path.read_text(encoding="utf-8"))
    for tokenizer_path in sorted(inputs.glob(f"{name}.*.tokenizer.json")):
        kind = tokenizer_path.name.split(".")[1]
        tokenizer = Tokenizer.from_file(str(tokenizer_path))
        ids = [tokenizer.encode(text).ids for text in texts]
        lines = "".join(" ".join(map(str, row)) + "\n" for row in ids)
        hashes[f"{name}/{kind}"] = hashlib.sha256(lines.encode()).hexdigest()
        if kind in MODELS:
            trained[f"{name}/{kind}"] = train(kind, json.loads(tokenizer_path.read_text(encoding="utf-8")), texts)
        if name == "nasty":
            nasty[kind] = ids
(out / "hashes.json").write_text(json.dumps(hashes, indent=2, sort_keys=True) + "\n")
(out / "nasty.ids.json").write_text(json.dumps(nasty, separators=(",", ":"), sort_keys=True) + "\n")
(out / "trained.json").write_text(json.dumps(trained, indent=2, sort_keys=True) + "\n")
print(f"{len(hashes)} sets of ids")
