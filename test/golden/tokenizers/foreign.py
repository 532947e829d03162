"""Tokenizers as others make them, small, and the tokens that Python `tokenizers` cuts the nasty strings into (without special tokens).

    python test/golden/tokenizers/foreign.py test/golden/tokenizers

Writes foreign/NAME.json, tokenizer.json files with special tokens, post-processors and ids of their own, and foreign/NAME.tokens.json.
"""
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

folder = Path(sys.argv[1])
texts = json.loads((folder / "nasty.json").read_text(encoding="utf-8"))
common = {"vocab_size": 300, "show_progress": False}


def bert():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(special_tokens=special, **common))
    pairs = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=pairs)
    return tokenizer


def gpt2():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, **common))
    tokenizer.add_special_tokens(["<pad>"])
    return tokenizer


def llama():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(special_tokens=special, limit_alphabet=60, vocab_size=400, show_progress=False))
    # Bytes are tokens of the model and nothing to look for in a text.
    made = json.loads(tokenizer.to_str())
    made["added_tokens"] = made["added_tokens"][:3]
    return Tokenizer.from_str(json.dumps(made))


def t5():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(" {2,}", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    tokenizer.train_from_iterator(texts, trainers.UnigramTrainer(special_tokens=special, unk_token="<unk>", **common))
    return tokenizer


for make in (bert, gpt2, llama, t5):
    tokenizer = make()
    tokenizer.save(str(folder / "foreign" / f"{make.__name__}.json"), pretty=False)
    tokens = [[tokenizer.id_to_token(id) for id in tokenizer.encode(text, add_special_tokens=False).ids] for text in texts]
    (folder / "foreign" / f"{make.__name__}.tokens.json").write_text(json.dumps(tokens, separators=(",", ":")) + "\n")
