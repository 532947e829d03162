"""Ids of Python `tokenizers` for the texts and tokenizer.json files that writeInputs.ts wrote.

    node test/golden/tokenizers/writeInputs.ts OUT DATA
    python test/golden/tokenizers/generate.py OUT test/golden/tokenizers

Writes nasty.ids.json (all ids) and hashes.json (SHA-256 over one line of ids a text, for every set and tokenizer).
"""
import hashlib
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

inputs, out = Path(sys.argv[1]), Path(sys.argv[2])
hashes, nasty = {}, {}
for texts_path in sorted(inputs.glob("*.texts.json")):
    name = texts_path.name.split(".")[0]
    texts = json.loads(texts_path.read_text(encoding="utf-8"))
    for tokenizer_path in sorted(inputs.glob(f"{name}.*.tokenizer.json")):
        kind = tokenizer_path.name.split(".")[1]
        tokenizer = Tokenizer.from_file(str(tokenizer_path))
        ids = [tokenizer.encode(text).ids for text in texts]
        lines = "".join(" ".join(map(str, row)) + "\n" for row in ids)
        hashes[f"{name}/{kind}"] = hashlib.sha256(lines.encode()).hexdigest()
        if name == "nasty":
            nasty[kind] = ids
(out / "hashes.json").write_text(json.dumps(hashes, indent=2, sort_keys=True) + "\n")
(out / "nasty.ids.json").write_text(json.dumps(nasty, separators=(",", ":"), sort_keys=True) + "\n")
print(f"{len(hashes)} sets of ids")
