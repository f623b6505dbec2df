"""What is imported and cached on first use, and processes that are forked meanwhile."""

import subprocess
import sys

import pytest

FORKED = """
import os, sys, threading, time
import kaiser_interview as ki
thread = threading.Thread(target=lambda: ki.claim("d01-c01"))
thread.start()
time.sleep(float(sys.argv[1]))
child = os.fork()
assert ki.claim("d01-c01").claim_id == "d01-c01"
if not child:
    os._exit(0)
thread.join()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize("seconds", [0, 0.01, 0.02, 0.05, 0.1])
def test_a_process_forked_while_another_thread_imports_does_not_hang(seconds):
    command = [sys.executable, "-W", "ignore", "-c", FORKED, str(seconds)]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
