# SPDX-License-Identifier: MIT
"""The shells' completions: what bash, zsh and fish offer themselves when a key is pressed."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import time

import pytest
from conftest import BODY, Home

FILES = pathlib.Path(__file__).parent.parent / "packaging" / "completions"

# What bash does at TAB: cut the line at COMP_WORDBREAKS, then call the function.
BASH = r"""
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=() rest=$2
while [[ $rest ]]; do
	rest=${rest#"${rest%%[! ]*}"}
	word=${rest%%[ =:@]*}
	[[ $word || ! $rest ]] || word=${rest:0:1}
	[[ $rest ]] && COMP_WORDS+=("$word")
	rest=${rest#"$word"}
done
[[ $2 != *" " ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_emapi
[[ ! $COMPREPLY ]] || printf '%s\n' "${COMPREPLY[@]}"
"""


def offered(home, line):
    return home.run("bash", "--norc", "-c", BASH, "bash", FILES / "emapi.bash", line).stdout.split("\n")[:-1]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A home with two profiles, one named by its address, and a message that was sent."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.pickup_profile("ann@example.test")
    home.pickup_profile("work")
    home.run("mapisend", "--wait", "0", *BODY)
    home.run("emapi", "queue", "run", "--wait", "20")
    (home.folder / "letter.txt").write_text("x")
    yield home
    home.stop()
    home.check_sanitizers()


@pytest.mark.parametrize("line, some", [
    ("emapi ", ["profile", "explain", "doctor", "queue", "store"]),
    ("emapi que", ["queue"]),
    ("emapi queue re", ["retry", "release"]),
    ("emapi profile create --t", ["--tls"]),
    ("emapi profile create --tls ", ["none", "starttls", "implicit"]),
    ("emapi profile create --tls=st", ["starttls"]),
    ("emapi store ls --a", ["--associated"]),
    ("mapisend --pro", ["--profile"]),
    ("mapisend --profile ", ["ann@example.test", "work"]),
    ("mapisend --profile=w", ["work"]),
    ("mapisend --to bob@example.test -p a", ["ann@example.test"]),
    ("emapi test ann@e", ["example.test"]),
    ("emapi profile set ", ["ann@example.test", "work"]),
    ("emapi-sendmail -C w", ["work"]),
    ("emapi-spooler --for", ["--foreground"]),
    ("emapi doctor --o", ["--offline"]),
])
def test_bash_offers(two, line, some):
    assert set(some) <= set(offered(two, line))


def test_bash_offers_nothing_that_does_not_fit(two):
    assert offered(two, "emapi nonsense ") == []
    assert offered(two, "emapi profile create --no-such") == []
    assert offered(two, "emapi profile set work ") == []


def test_a_queue_s_ids(two):
    key = two.queue("--all")[0]["id"][:8]
    assert key in offered(two, "emapi queue show ") and key in offered(two, "emapi explain ")
    assert "last" in offered(two, "emapi explain l")
    assert offered(two, "emapi queue retry ") == []  # nothing waits


def test_files_come_from_the_shell(two):
    assert "letter.txt" in offered(two, "mapisend --body-file let")
    assert "pickup" in offered(two, "emapi profile create --pickup=pick")
    assert "letter.txt" not in offered(two, "emapi profile create --pickup=l")


def test_a_real_tab(two):
    """bash itself, on a terminal."""
    press(two, ["bash", "--norc", "--noprofile", "-i"], f"source {FILES}/emapi.bash",
          [("emapi queue rel\t", "queue release "), ("emapi test wo\t", "test work")])


def press(home, shell, before, keys):
    """Each of these keys makes a shell show that text."""
    pid, fd = pty.fork()
    if not pid:
        os.chdir(home.folder)
        os.execvpe(shell[0], shell, home.environment | {"TERM": "dumb", "PS1": "$ "})
    try:
        for text, until in [(f"{before}; echo re''ady\n", "ready"), *keys]:
            os.write(fd, b"\x15" + text.encode())  # what stands on the line goes
            seen, end = "", time.monotonic() + 20
            while until not in clean(seen):
                assert time.monotonic() < end, f"no {until} in {clean(seen)}"
                if select.select([fd], [], [], 0.1)[0]:
                    seen += os.read(fd, 4096).decode(errors="replace")
    finally:
        os.close(fd)
        os.waitpid(pid, 0)


def clean(text):
    """Without what moves a terminal's cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|[\x00-\x08\r]", "", text)


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
@pytest.mark.parametrize("line, some", [
    ("emapi queue re", "retry\ttry these messages now"),
    ("mapisend --profile ", "ann@example.test\tprofile"),
    ("emapi profile create --tls=st", "--tls=starttls"),
    ("mapisend --body-file let", "letter.txt"),
    ("emapi doctor --o", "--offline\tlet nothing leave this machine"),
])
def test_fish_offers(two, line, some):
    done = two.run("fish", "--no-config", "-c", f"source {FILES}/emapi.fish; complete -C '{line}'")
    assert some in done.stdout


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_offers(two):
    before = f"fpath=({FILES} $fpath); autoload -Uz compinit; compinit -D -u"
    press(two, ["zsh", "-f", "-i"], before, [
        ("emapi queue rel\t", "queue release"),
        ("emapi doctor --o\t", "doctor --offline"),
        ("mapisend --profile wo\t", "--profile work"),
        ("emapi test ann\t", "test ann@example.test")])


def test_each_shell_has_its_file():
    assert {path.name for path in FILES.iterdir()} == {"emapi.bash", "emapi.fish", "_emapi"}
