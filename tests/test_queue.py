# SPDX-License-Identifier: MIT
"""The queue as a person sees and changes it: emapi queue list, show, run, retry, hold, release,
cancel; limits, order, and what is sent later."""

import json
import os
import pty
import re
import select
import threading
import time

import pytest
from mailserver import free_port, wait_until
from scripted_smtp import Peer


def listed(home, *options):
    return json.loads(home.run("emapi", "queue", "list", "--json", *options).stdout)


def send(home, to="bob@example.test", subject="s", *options):
    """Stores a message without waiting for it."""
    home.run("mapisend", "--to", to, "--subject", subject, "--body", "x", "--wait", "0", *options)


def wait_for(home, subject, state):
    """The message of that subject once it is in that state."""
    def find():
        return [m for m in listed(home, "--all") if m["subject"] == subject and m["state"] == state]
    return wait_until(find, lambda: f"{subject} is {state}: {listed(home, '--all')}")[0]


def peer_profile(home, peer, name="test", **environment):
    home.environment.update(environment)
    home.profile(name, "--from", "Ann <ann@example.test>", "--smtp", f"localhost:{peer.port}",
                 "--tls", "none")


def tried(home, more_than=0):
    """The one message of the queue after it was tried (again) and put back."""
    return wait_until(lambda: [m for m in listed(home)
                               if m["state"] == "waiting" and m["tries"] > more_than],
                      lambda: f"a try: {listed(home, '--all')}")[0]


@pytest.fixture
def down(home):
    """A home whose only server does not answer, with one message that waits; gives its entry."""
    home.profile("down", "--from", "ann@example.test", "--smtp", f"localhost:{free_port()}",
                 "--tls", "none")
    send(home, "bob@example.test", "waits")
    return tried(home)


def test_show_tells_every_try(home, down):
    short = down["id"][:8]
    shown = home.run("emapi", "queue", "show", short).stdout
    assert shown.startswith(down["id"]) and "bob@example.test: waiting" in shown
    assert "refused for now" in shown and "next try" in shown
    dialogue = home.run("emapi", "queue", "show", "--dialogue", "last").stdout
    assert re.search(r"\* .*localhost", dialogue)
    whole = json.loads(home.run("emapi", "queue", "show", "--json", down["id"].lower()).stdout)
    assert whole["attempts"][0]["text"].startswith("0 accepted, 1 refused for now")


@pytest.mark.parametrize("words,code,says", [
    (["show", "xyz"], 65, "is no message's ID"),
    (["show", ""], 65, "is no message's ID"),
    (["show", "0" * 12], 66, "remembers no message"),
    (["retry"], 64, "which message"),
    (["cancel", "0" * 12], 66, "remembers no message"),
    (["run", "all"], 64, "queue retry"),
    (["run", "-p", "none"], 78, "none"),
])
def test_what_cannot_be_meant_is_said(home, down, words, code, says):
    assert says in home.run("emapi", "queue", *words, code=code).stderr
    assert len(listed(home)) == 1


def test_an_ambiguous_beginning_is_refused(home, down):
    for i in range(17):
        send(home, "bob@example.test", str(i))
    wait_until(lambda: len(listed(home)) == 18, "all are listed")
    digits = [m["id"][0] for m in listed(home)]
    twice = next(d for d in digits if digits.count(d) > 1)
    assert "several" in home.run("emapi", "queue", "show", twice, code=65).stderr


def test_hold_release_cancel(home, down):
    key = down["id"][:8]
    assert "held until" in home.run("emapi", "queue", "hold", key).stdout
    assert listed(home)[0]["state"] == "held"
    home.run("emapi", "queue", "run")
    assert listed(home)[0]["state"] == "held"  # running the queue is no release
    assert "released" in home.run("emapi", "queue", "release", key).stdout
    again = home.run("emapi", "queue", "release", key, code=None)
    assert again.returncode in (69, 75) and key in again.stderr
    tried(home, down["tries"])
    wait_until(lambda: home.run("emapi", "queue", "cancel", key, code=None).returncode == 0,
               "it is cancelled")
    assert listed(home) == []
    assert listed(home, "--all")[0]["state"] == "cancelled"
    assert "not in the queue" in home.run("emapi", "queue", "retry", key, code=69).stderr


def test_retry_tries_now(home, down):
    home.run("emapi", "queue", "retry", "last")
    tried(home, down["tries"])


def test_run_waits_for_the_end(home):
    home.pickup_profile()
    for i in range(5):
        send(home)
    home.run("emapi", "queue", "run", "--wait", "30")
    assert len(home.picked_up()) == 5 and listed(home) == []


def test_run_says_what_still_waits(home, down):
    done = home.run("emapi", "queue", "run", "--wait", "10", code=75)
    assert "1 messages wait for a later try" in done.stderr and "safe" in done.stderr


def test_progress_is_shown_on_a_terminal(home):
    with Peer(final=lambda line: (time.sleep(0.3), "250 2.0.0 ok")[1]) as peer:
        peer_profile(home, peer)
        for i in range(4):
            send(home)
        master, slave = pty.openpty()
        pid = os.fork()
        if not pid:
            os.dup2(slave, 2)
            os.execvpe("emapi", ["emapi", "queue", "run", "--wait", "20"], home.environment)
        os.close(slave)
        seen = b""
        while select.select([master], [], [], 20)[0]:
            try:
                seen += os.read(master, 4096)
            except OSError:
                break
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert re.search(rb"\d done, \d to go, \d+/s", seen) and seen.endswith(b"\r\x1b[K")


def test_list_is_limited_and_pages(home, down):
    for i in range(250):
        send(home, "bob@example.test", str(i))
    wait_until(lambda: len(listed(home)) == 251, "all are listed", 60)
    first = listed(home, "--limit", "3")
    assert [m["id"] for m in first] == [m["id"] for m in listed(home)][:3]
