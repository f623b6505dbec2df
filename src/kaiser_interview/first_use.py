"""A lock for imports and caches that are made on first use. `os.fork` waits for it.

Otherwise, a process forked while another thread imports a module would wait forever for that module.
"""

import os

# The same class as threading.RLock. Importing threading would make the import of the package slower.
from _thread import RLock

__all__ = ["lock"]

lock: RLock = RLock()

if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
