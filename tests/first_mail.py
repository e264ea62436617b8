# SPDX-License-Identifier: MIT
"""The try of a new user: from an empty home directory to the first message, through a server with
STARTTLS and a password (Postfix and Dovecot of our own), on a real terminal, at the pace of somebody
who types. As a program it writes docs/FIRST-MAIL.md anew (as root: Postfix needs it):

    meson devenv -C build /usr/bin/python3 $PWD/tests/first_mail.py
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import sys
import tempfile
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from mailserver import MailSystem  # noqa: E402

PAGE = pathlib.Path(__file__).parent.parent / "docs" / "FIRST-MAIL.md"
PASSWORD = "secret of ann"
PROMPT = "ann$ "
# What is typed, and the prompt it answers.  The first try to log in is what most people do.
TYPED = [
    (PROMPT, "emapi doctor"),
    (PROMPT, "emapi profile setup --server localhost:{port} --ca-file ca.pem --name work"),
    ("mail address: ", "ann@example.test"),
    ("Password: ", PASSWORD),
    ("Login name [ann@example.test]: ", "ann"),
    ("Password: ", PASSWORD),
    (PROMPT, "mapisend --to erin@example.test --subject 'A first mail' --body 'Sent through MAPI.'"),
    (PROMPT, "emapi queue list"),
    (PROMPT, "emapi explain"),
]
HEAD = """# A first mail

The terminal of a new user: an empty home directory, emapi installed, a mail server that wants STARTTLS and a password. The user knows the server's name, has the company's certificate authority as `ca.pem`, and gives his address as the login name first, which this server does not know. Where there is no `--server`, the wizard finds it by itself ([emapi(1)](man/emapi.1)).

The numbers are seconds since the first key. This page is written by [tests/first_mail.py](../tests/first_mail.py), which types all of it at {pace} characters a second, against Postfix and Dovecot; a test does the same again.

```
{log}
```

{total:.0f} seconds, {typing:.0f} of them typing.
"""


class Terminal:
    """A shell on a terminal, whose keys are pressed one by one."""

    def __init__(self, folder, environment, pace):
        self.pace, self.seen, self.lines, self.typing = pace, "", [], 0.0
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.chdir(folder)
            os.execvpe("bash", ["bash", "--norc", "--noprofile"], environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))
        self.start, self.answered = time.monotonic(), 0

    def wait(self, prompt, seconds=60):
        end = time.monotonic() + seconds
        while not self.seen[self.answered:].endswith(prompt):
            assert time.monotonic() < end, f"no {prompt!r} after: {self.seen}"
            if select.select([self.fd], [], [], 0.05)[0]:
                self.seen += os.read(self.fd, 65536).decode(errors="replace")

    def type(self, text):
        mark = f"[{time.monotonic() - self.start:5.1f}] "
        cut = self.seen.rindex("\n") + 1 if "\n" in self.seen else 0
        self.seen = self.seen[:cut] + mark + self.seen[cut:]
        self.answered = len(self.seen)
        for key in text + "\n":
            os.write(self.fd, key.encode())
            time.sleep(1 / self.pace if self.pace else 0)
            self.typing += 1 / self.pace if self.pace else 0

    def end(self):
        total = time.monotonic() - self.start
        os.close(self.fd)
        os.waitpid(self.pid, 0)
        return total


def environment_of(home):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("XDG_") and name != "DBUS_SESSION_BUS_ADDRESS"}
    return kept | {"HOME": str(home), "PS1": PROMPT, "TERM": "dumb", "LC_ALL": "C.UTF-8",
                   "EMAPI_IDLE_SECONDS": "5", "EMAPI_SYSCONFDIR": str(home / "etc"),
                   "USER": "ann", "LOGNAME": "ann"}


def try_it(home, system, pace=12):
    """(the terminal's log, seconds, seconds of typing) of the whole try."""
    shutil.copy(system.authority.ca, home / "ca.pem")
    terminal = Terminal(home, environment_of(home), pace)
    for prompt, text in TYPED:
        terminal.wait(prompt)
        terminal.type(text.format(port=system.port))
    terminal.wait(PROMPT)
    total = terminal.end()
    log = terminal.seen.replace("\r", "").removesuffix(PROMPT).rstrip()
    return tidy(log, home, system), total, terminal.typing


def tidy(log, home, system):
    """What is different at each run: the home, ports, and whose build it is."""
    log = log.replace(str(home), "/home/ann").replace(str(system.port), "587")
    return re.sub(r"\S+/libexec/emapi/|\S+/src/spooler/", "/usr/libexec/emapi/", log)


def main():
    folder, home = tempfile.mkdtemp(prefix="emapi-mail-"), pathlib.Path(tempfile.mkdtemp())
    os.chmod(folder, 0o755)
    system = MailSystem(folder)
    try:
        log, total, typing = try_it(home, system)
        PAGE.write_text(HEAD.format(log=log, total=total, typing=typing, pace=12))
        time.sleep(6)  # the spooler ends by itself
    finally:
        system.stop()
        shutil.rmtree(folder)
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
