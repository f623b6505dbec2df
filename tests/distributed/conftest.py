"""Ray on this machine, for the tests of a module."""

import shutil
import tempfile

import pytest


@pytest.fixture(scope="module", autouse=True)
def surroundings():
    """Give Ray and Dask a folder for their files, with a name that is short enough for sockets."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tempfile.mkdtemp(prefix="ki-", dir="/tmp")  # the path of a socket has 107 bytes
        patch.setenv("RAY_TMPDIR", folder)
        patch.setenv("DASK_TEMPORARY_DIRECTORY", folder)
        # Ray reads these when it is imported.
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        yield
        import ray

        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)
