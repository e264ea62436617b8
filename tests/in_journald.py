# SPDX-License-Identifier: MIT
"""Runs a spooler whose standard error is a real systemd journal's, and a command that sends by it;
prints what the journal has of it, an entry a line, as JSON.

    unshare --mount python3 in_journald.py COMMAND...

Needs root: /run is a private one in here, so that nothing of the machine's own is touched."""

import os
import pathlib
import socket
import subprocess
import sys

from mailserver import wait_until

JOURNALD = "/usr/lib/systemd/systemd-journald"
FOLDER = pathlib.Path("/run/systemd/journal")
# What systemd says first on a service's stream: identifier, unit, priority, and four switches.
HEADER = b"emapi-spooler\n\n6\n0\n0\n0\n0\n"


def entries():
    done = subprocess.run(["journalctl", "--sync"], capture_output=True)
    done = subprocess.run(["journalctl", "-o", "json", "--no-pager", "--all",
                           "SYSLOG_IDENTIFIER=emapi-spooler"], capture_output=True, text=True)
    return done.stdout


def main():
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    FOLDER.mkdir(parents=True)
    journald = subprocess.Popen([JOURNALD], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: (FOLDER / "socket").exists() and (FOLDER / "stdout").exists(),
                   "journald listens")
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(str(FOLDER / "stdout"))
        stream.sendall(HEADER)
        status = os.fstat(stream.fileno())
        os.environ["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        spooler = subprocess.Popen([os.environ["EMAPI_SPOOLER"], "--foreground"], stderr=stream)
        subprocess.run(sys.argv[1:], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        wait_until(lambda: "EMAPI_STATE" in entries(), entries)
        spooler.terminate()
        spooler.wait(20)
        print(entries())
    finally:
        journald.terminate()
        journald.wait(20)


main()
