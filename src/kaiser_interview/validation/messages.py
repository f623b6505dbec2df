"""Messages of an Arrow IPC file: whether its footer names every batch that the file holds.

No checksum covers a footer. One that names fewer batches hides rows from a reader that asks it for them.
"""

from typing import Any

from .findings import Fault

__all__ = ["fault_of_messages"]

# The file's magic, padded; what follows is a stream (Arrow columnar format, "IPC File Format").
_STREAM_AT = 8


def fault_of_messages(file: Any, named: int) -> Fault | None:
    """Return what the batches of an open file have against the number that its footer names, if anything."""
    import pyarrow as pa

    file.seek(_STREAM_AT)
    found = 0
    try:
        for message in pa.ipc.MessageReader.open_stream(file):
            found += message.type == "record batch"
    except Exception:  # noqa: BLE001 - told when the batch that it is in is read
        return None
    if found <= named:
        return None
    return Fault("unreadable", (), f"{named:,} batches, as the footer says", f"{found:,} in the file")
