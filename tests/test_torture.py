# SPDX-License-Identifier: MIT
"""The short forms of the kill tests (tests/torture/); `make torture` runs the long ones."""

import pathlib
import subprocess
import sys

import pytest

FOLDER = pathlib.Path(__file__).parent / "torture"


def torture(script, *options):
    done = subprocess.run([sys.executable, FOLDER / script, *options], text=True, capture_output=True,
                          timeout=300)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_lost_when_everything_is_killed():
    torture("kill.py", "--submitters", "4", "--messages", "60", "--pause", "8")


def test_nothing_is_lost_when_the_spooler_alone_is_killed():
    torture("kill.py", "--submitters", "2", "--messages", "60", "--pause", "5", "--victims",
            "scheduler,worker")


@pytest.mark.parametrize("kind", ["warm", "cold", "refused"])
def test_nothing_is_lost_when_somebody_is_killed_at_a_state_change(kind):
    torture("points.py", "--submitters", "3", "--every", "60", "--kinds", kind)


def test_nothing_is_lost_when_power_fails():
    torture("powercut.py", "--messages", "12", "--cuts", "10", "--lives", "6")
