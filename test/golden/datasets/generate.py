"""Writes small files as pyarrow and the Hugging Face library `datasets` save them; test/unit/data/columnar.test.ts reads them.

    pip install -r requirements.txt && python generate.py
"""
import json
import shutil
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
TEXTS = ["a gripping film", "no movement\nno yuks", "嗨,世界", "", "Ünïcode 🙂 text"]
ROWS = 23
rows = {
    "id": list(range(ROWS)),
    "sentence": [f"{TEXTS[at % len(TEXTS)]}{at if at % len(TEXTS) != 3 else ''}" for at in range(ROWS)],
    "label": [at % 2 for at in range(ROWS)],
    "author": [None if at == 7 else f"a{at % 4}" for at in range(ROWS)],
}
(HERE / "rows.json").write_text(json.dumps([dict(zip(rows, values)) for values in zip(*rows.values())], ensure_ascii=False, indent=1))

table = pa.table(rows)
for name, options in {
    "snappy": {"compression": "snappy", "row_group_size": 10},
    "plain": {"compression": "none", "use_dictionary": False, "data_page_version": "2.0"},
    "zstd": {"compression": "zstd"},
}.items():
    pq.write_table(table, HERE / f"{name}.parquet", **options)

with pa.OSFile(str(HERE / "file.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
    writer.write_table(table, max_chunksize=8)
dictionary = table.set_column(1, "sentence", table["sentence"].dictionary_encode())
with pa.OSFile(str(HERE / "dictionary.arrow"), "wb") as sink, pa.ipc.new_stream(sink, dictionary.schema) as writer:
    writer.write_table(dictionary)

features = datasets.Features(
    {"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["negative", "positive"]), "author": datasets.Value("string")}
)
whole = datasets.Dataset.from_dict({key: rows[key] for key in features}, features=features)
shutil.rmtree(HERE / "saved", ignore_errors=True)
datasets.DatasetDict({"train": whole.select(range(15)), "test": whole.select(range(15, ROWS))}).save_to_disk(
    str(HERE / "saved"), num_shards={"train": 2, "test": 1}
)
