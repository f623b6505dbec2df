"""A lock for what is imported and cached on first use. A fork waits for it.

Without that, a process forked while another thread imports a module would wait forever for that module.
"""

import os

# As threading.RLock, without importing threading: this module is imported with the package.
from _thread import RLock

__all__ = ["lock"]

lock: RLock = RLock()

if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
