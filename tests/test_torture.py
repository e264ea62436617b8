# SPDX-License-Identifier: MIT
"""The short form of the kill test (tests/torture/kill.py); `make torture` runs the long one."""

import pathlib
import subprocess
import sys

KILL = pathlib.Path(__file__).parent / "torture" / "kill.py"


def torture(*options):
    done = subprocess.run([sys.executable, KILL, *options], text=True, capture_output=True,
                          timeout=300)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_lost_when_everything_is_killed():
    torture("--submitters", "4", "--messages", "60", "--pause", "8")


def test_nothing_is_lost_when_the_spooler_alone_is_killed():
    torture("--submitters", "2", "--messages", "60", "--pause", "5", "--victims",
            "scheduler,worker")
