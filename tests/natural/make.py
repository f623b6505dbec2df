"""Make the files that engines write, once; what is beside them was written by hand.

Those that are committed were made with pandas 3.1.1, polars 2.1.0, DuckDB 2.0.0, datasets 5.2.0, pyarrow
26.0.1 and openpyxl 3.1.5. The tests only read them and need none of these. Other versions may write other
bytes; then the reports are to be read anew.

    python tests/natural/make.py
    python tests/natural/make.py reports    # all reports anew, to be read before they are committed
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
BY = {"method": "human", "creator": "Zhang"}


def verdicts() -> list[dict]:
    """Return rows as people keep them in a frame: of one neither offsets nor a confidence are known."""
    return [
        {
            "claim_id": "d05-c03",
            **BY,
            "quote": "推理模型不增加参数数量",
            "quote_start": 1072,
            "quote_end": 1083,
            "verdict": "supported",
            "urls": ["https://example.org/scaling/1"],
            "confidence": 0.9,
            "created": datetime(2026, 11, 24, 10, 15, tzinfo=UTC),
        },
        {
            "claim_id": "d08-c02",
            **BY,
            "quote": "需要更多并行性",
            "quote_start": None,
            "quote_end": None,
            "verdict": "mixed",
            "urls": [],
            "confidence": None,
            "created": datetime(2026, 11, 24, 10, 16, tzinfo=UTC),
        },
        {
            "claim_id": "d10-c03",
            **BY,
            "quote": "LoRA模块等经济方式修改权重已更可行",
            "quote_start": 1862,
            "quote_end": 1881,
            "verdict": "supported",
            "urls": ["https://example.org/lora"],
            "confidence": 1.0,
            "created": datetime(2026, 11, 24, 10, 17, tzinfo=UTC),
        },
    ]


def questions() -> list[dict]:
    """Return a question that a claim answers, and one that none does."""
    references = [{"claim_id": "d05-c03", "quote": "推理模型不增加参数数量"}]
    one = {"question": "Do they add parameters?", "answer": "No.", "answerable": True, "language": "en"}
    none = {"question": "How many GPUs?", "answer": None, "answerable": False, "language": "en"}
    return [{**BY, **one, "references": references}, {**BY, **none, "references": []}]


def made_by_pandas() -> None:
    import pandas as pd

    frame = pd.DataFrame(verdicts())
    frame.to_csv(HERE / "pandas-index.csv")
    frame.to_json(HERE / "pandas-records.jsonl", orient="records", lines=True)
    frame.to_json(HERE / "pandas-columns.json")
    frame.to_json(HERE / "pandas-split.json", orient="split", force_ascii=False)
    frame.to_json(HERE / "pandas-table.json", orient="table", index=False, force_ascii=False)
    frame.iloc[[2, 0, 1]].to_parquet(HERE / "pandas-sorted.parquet")
    frame.assign(created=frame["created"].dt.tz_localize(None)).to_parquet(
        HERE / "pandas-naive-times.parquet", index=False
    )
    frame.assign(created=frame["created"].astype("int64")).drop(columns="urls").to_csv(
        HERE / "pandas-epoch.csv", index=False
    )
    late = frame.assign(created=frame["created"].dt.tz_convert("Asia/Shanghai"))
    late.drop(columns="urls").to_csv(HERE / "pandas-zone.csv", index=False)
    pd.DataFrame(questions()).to_csv(HERE / "pandas-questions.csv", index=False)
    frame.drop(columns="created").to_excel(HERE / "pandas.xlsx", index=False)
    labels = pd.DataFrame({"claim_id": ["d09-c01", "d09-c02"], "scheme": "topic", "value": "memory", **BY})
    labels.groupby("value").count().to_csv(HERE / "pandas-grouped.csv")


def made_by_polars() -> None:
    import polars as pl

    frame = pl.DataFrame(verdicts())
    frame.write_ndjson(HERE / "polars.ndjson")
    frame.write_parquet(HERE / "polars.parquet")
    frame.with_columns(urls=pl.col("urls").list.join(";")).write_csv(HERE / "polars.csv")
    frame.write_ipc(HERE / "polars.arrow", compression="zstd")


def made_by_duckdb() -> None:
    import duckdb
    import pyarrow as pa

    table = pa.Table.from_pylist(verdicts())
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Shanghai'")
    connection.register("verdicts", table)
    for name, options in {
        "duckdb.csv": "HEADER",
        "duckdb.json": "FORMAT json",
        "duckdb-array.json": "FORMAT json, ARRAY true",
        "duckdb.parquet": "FORMAT parquet",
    }.items():
        connection.execute(f"COPY verdicts TO '{HERE / name}' ({options})")
    # The dump that people read in a terminal.
    (HERE / "duckdb-box.txt").write_text(
        f"{connection.sql('SELECT claim_id, verdict FROM verdicts')}", "utf-8"
    )


def made_by_datasets() -> None:
    import datasets

    import kaiser_interview as ki

    datasets.disable_progress_bars()
    claims = ki.load_dataset("claims").select(range(3))

    def translate(row: dict) -> dict:
        return {"language": "en", "translation": row["text_en"], "method": "model", "creator": "a-model"}

    mapped = claims.map(translate)
    mapped.to_json(HERE / "datasets-map.jsonl")
    mapped.to_csv(HERE / "datasets-map.csv")
    mapped.to_parquet(HERE / "datasets-map.parquet")
    folder = HERE / "datasets-saved"
    shutil.rmtree(folder, ignore_errors=True)
    datasets.DatasetDict(train=mapped.select([0, 1]), test=mapped.select([2])).save_to_disk(folder)
    cleaned = mapped.map(lambda row: {"text": row["text"].replace(",", "，")})
    cleaned.to_json(HERE / "datasets-cleaned.jsonl", force_ascii=False)
    tokens = mapped.map(lambda row: {"input_ids": [*row["text"].encode()][:4], "attention_mask": [1] * 4})
    tokens.remove_columns(["prefix", "suffix"]).to_parquet(HERE / "datasets-tokens.parquet")
    features = datasets.Features(
        claim_id=datasets.Value("string"),
        scheme=datasets.Value("string"),
        label=datasets.ClassLabel(names=["memory", "tool-use"]),
    )
    rows = {"claim_id": ["d09-c01", "d09-c02"], "scheme": ["topic"] * 2, "label": [0, 1]}
    datasets.Dataset.from_dict(rows, features=features).to_parquet(HERE / "datasets-class-label.parquet")
    datasets.Dataset.from_dict(rows, features=features).rename_column("label", "value").to_json(
        HERE / "datasets-class-label.jsonl"
    )


def made_by_pyarrow() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    vectors = [[0.25, -0.5, 0.125], [0.5, 0.25, -0.125]]
    columns = {"claim_id": ["d01-c01", "d01-c02"], "model": ["mini"] * 2, "of": ["text"] * 2}
    columns |= {"method": ["model"] * 2, "creator": ["me"] * 2}
    doubles = pa.table(columns | {"vector": pa.array(vectors, pa.list_(pa.float64()))})
    pq.write_table(doubles, HERE / "embeddings.parquet")
    texts = pa.table(columns | {"vector": [json.dumps(one) for one in vectors]})
    pq.write_table(texts, HERE / "embeddings-as-text.parquet")


def reports() -> None:
    """Write every report anew, as the command that stands in it now prints it."""
    for path in sorted(HERE.glob("*.report.txt")):
        first = path.read_text("utf-8").partition("\n")[0]
        arguments = [sys.executable, "-m", "kaiser_interview", *shlex.split(first)[2:]]
        done = subprocess.run(
            arguments,
            cwd=HERE,
            env=os.environ | {"COLUMNS": "80"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        path.write_text(f"{first}\n{done.stdout}$ echo $?\n{done.returncode}\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["reports"]:
        reports()
    else:
        made_by_pandas()
        made_by_polars()
        made_by_duckdb()
        made_by_datasets()
        made_by_pyarrow()
