# SPDX-License-Identifier: MIT
"""The Python side of shim.h: the control block, and a home whose programs all run under the shim."""

import mmap
import os
import pathlib
import shutil
import struct
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from conftest import Home  # noqa: E402

ROLES = ("none", "client", "scheduler", "worker", "server", "taker")
ROLE = struct.Struct("qqq128s")


def program(name):
    path = shutil.which(name)
    if not path:
        sys.exit(f"{name} is not in PATH; run this by `meson devenv -C build`")
    return path


def read_lines(path):
    return path.read_text().splitlines() if path.exists() else []


class Control:
    """Who is to be ended at which of his calls."""

    def __init__(self, path):
        path.write_bytes(bytes(ROLE.size * len(ROLES)))
        with path.open("r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)

    def read(self, role):
        """(calls so far, call to be ended at, when somebody was, what he was about to do)"""
        calls, kill_at, killed_at, call = ROLE.unpack_from(self.map, ROLE.size * ROLES.index(role))
        return calls, kill_at, killed_at / 1e6, call.split(b"\0")[0].decode()

    def arm(self, role=None, kill_at=0):
        """Counts anew; ends who makes call number kill_at."""
        for name in ROLES:
            ROLE.pack_into(self.map, ROLE.size * ROLES.index(name), 0,
                           kill_at if name == role else 0, 0, b"")


class ShimHome(Home):
    """A home whose clients (by `under_shim`) and spooler run under the shim."""

    def __init__(self, record=False):
        super().__init__(tempfile.mkdtemp(prefix="emapi-torture-"))
        self.shim = {"EMAPI_TORTURE_CONTROL": str(self.folder / "control")}
        self.control = Control(self.folder / "control")
        if record:
            self.record = pathlib.Path(tempfile.mkstemp(prefix="emapi-record-", dir="/dev/shm")[1])
            self.shim.update(EMAPI_TORTURE_RECORD=str(self.record),
                             EMAPI_TORTURE_ROOT=str(self.folder))
        # A spooler that a client starts has a clean environment.
        wrapper = self.folder / "spooler"
        words = " ".join(f"{k}='{v}'" for k, v in self.preload().items())
        wrapper.write_text(f'#!/bin/sh\n{words} exec "{self.environment["EMAPI_SPOOLER"]}" "$@"\n')
        wrapper.chmod(0o700)
        self.environment.update(EMAPI_SPOOLER=str(wrapper), EMAPI_RETRY_SECONDS="0.05",
                                ASAN_OPTIONS=self.environment["ASAN_OPTIONS"] +
                                ":verify_asan_link_order=0")

    def preload(self):
        return {**self.shim, "LD_PRELOAD": os.environ["EMAPI_TORTURE_LIBRARY"]}

    def under_shim(self):
        return {**self.environment, **self.preload()}

    def store(self):
        return next(self.data.glob("*.store"))
