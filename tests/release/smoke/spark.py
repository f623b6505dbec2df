"""The extra `spark`: validate a data frame on this machine."""

import os
import sys


def main() -> None:
    """Validate a frame, and compare the report with that of one machine."""
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    import pyarrow as pa
    from pyspark.sql import SparkSession

    import kaiser_interview as ki
    import kaiser_interview.spark as ks

    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    table = ki.load_table("labels")
    rows = table.to_pylist()
    rows.append({**rows[0], "claim_id": "d99-c01"})
    labels = spark.createDataFrame(pa.Table.from_pylist(rows, table.schema))
    checked = ks.validate(labels, kind="label")
    assert checked.where("size(ki_findings) = 0").count() == table.num_rows
    assert ks.report(checked) == ki.validate(labels.toArrow(), kind="label")
    spark.stop()


if __name__ == "__main__":
    main()
