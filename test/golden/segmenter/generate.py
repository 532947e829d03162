"""Words of Python jieba, which the segmenter is compared with.

    python test/golden/segmenter/generate.py test/golden/segmenter DATA

Writes words.json (of texts.json) and hotels.json: SHA-256 over the words of the hotel reviews in DATA that have no digits and no Latin letters, one
a line, spaces between words. jieba-rs keeps numbers with a sign together (30-24, 10+1), Python cuts them: 184 of 7,765 reviews have such.
Hyphens and white space are no words here.
"""
import csv
import hashlib
import json
import re
import sys
from pathlib import Path

import jieba

out, data = Path(sys.argv[1]), Path(sys.argv[2])


def words(text):
    return [part for word in jieba.lcut(text) for part in re.split("-", word) if part.strip()]


texts = json.loads((out / "texts.json").read_text(encoding="utf-8"))
(out / "words.json").write_text(json.dumps([words(text) for text in texts], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
with open(data / "zh_sentiment/ChnSentiCorp_htl_all.csv", encoding="utf-8-sig", newline="") as file:
    reviews = [row[1] for row in list(csv.reader(file))[1:] if row[1].strip() and not re.search("[0-9A-Za-z]", row[1])]
lines = "".join(" ".join(words(review)) + "\n" for review in reviews)
hotels = {"texts": len(reviews), "sha256": hashlib.sha256(lines.encode()).hexdigest()}
(out / "hotels.json").write_text(json.dumps(hotels, indent=2) + "\n")
