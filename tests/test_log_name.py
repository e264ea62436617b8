# SPDX-License-Identifier: MIT
"""A program that submits one message waits for the disk once: the log's name, in its folder, is
synced by whoever makes the log (src/provider/store/db_log.c)."""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "torture"))
from conftest import BODY  # noqa: E402
from powercut import SYNC, SYNC_NAMES, Record  # noqa: E402
from shim import ShimHome  # noqa: E402


class Counted(ShimHome):
    """A home whose syncs are counted."""

    def __init__(self):
        super().__init__(record=True)
        self.environment["EMAPI_SPOOLER"] = "/nonexistent"
        self.profile("t", "--from", "ann@example.test", "--smtp", "127.0.0.1:9", "--tls", "none")

    def submit(self):
        """(files, folders) that one more message has synced."""
        before = len(Record(self.record, self.folder).events) if self.record.stat().st_size else 0
        plain, self.environment = self.environment, self.under_shim()
        self.run("emapi-sendmail", "-i", "bob@example.test", input="Subject: s\n\nx\n")
        self.environment = plain
        kinds = [event.kind for event in Record(self.record, self.folder).events[before:]]
        return kinds.count(SYNC), kinds.count(SYNC_NAMES)

    def log(self):
        return self.store().with_name(self.store().name + "-wal")


@pytest.fixture
def counted():
    home = Counted()
    yield home
    home.stop()
    home.record.unlink()
    shutil.rmtree(home.folder)


def test_a_program_syncs_the_folder_only_for_a_log_that_it_may_have_made(counted):
    assert counted.submit()[1] > 0  # with the store
    assert counted.submit() == (1, 0)
    with contextlib.closing(sqlite3.connect(counted.store())) as db:
        db.execute("SELECT count(*) FROM message").fetchone()
    assert not counted.log().exists()  # the last to close has removed it
    assert counted.submit()[1] > 0
    assert counted.submit() == (1, 0)
    counted.store().with_name("t.store-lock").unlink()  # so nobody knows
    assert counted.submit()[1] > 0


def test_the_spooler_leaves_a_log_that_is_begun(counted):
    counted.submit()
    counted.environment["EMAPI_SPOOLER"] = os.environ["EMAPI_SPOOLER"]
    counted.run("mapisend", *BODY)  # until it was tried
    counted.stop()
    assert 0 < counted.log().stat().st_size <= 1 << 20  # with room for the next ones
    with contextlib.closing(sqlite3.connect(f"file:{counted.store()}?immutable=1", uri=True)) as db:
        assert db.execute("SELECT count(*) FROM queue").fetchone() == (2,)  # all is in the file
    assert counted.submit() == (1, 0)
