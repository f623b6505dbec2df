"""One module a tool, run in that tool's environment: no `__init__` here or above may import anything."""
