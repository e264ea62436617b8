# SPDX-License-Identifier: MIT
"""What emapi explain and mapisend --dry-run print, word for word: tests/golden/NAME.txt.  What
differs from run to run is masked.  EMAPI_WRITE=1 writes the files anew; their JSON is held against
docs/explain.schema.json."""

import json
import os
import pathlib
import re

import pytest

from jsonschema import problems
from mailserver import wait_until
from scripted_smtp import Peer

TESTS = pathlib.Path(__file__).parent
SCHEMA = json.loads((TESTS.parent / "docs" / "explain.schema.json").read_text())


def masked(home, text):
    for pattern, shown in (
            (re.escape(str(home.folder)), "HOME"),
            (r"\b[0-9A-F]{32}\b", "ID"), (r"<[0-9a-f]{32}@", "<ID@"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME"), (r"\b\d\d:\d\d:\d\d\b", "TIME"),
            (r"(?m)^Date: .*", "Date: TIME"), (r"\n( +)\d+\.\d{3} ", r"\n\1 0.000 "),
            (r"(127\.0\.0\.1\]?|localhost):\d+", r"\1:PORT"), (r"(process|worker:) \d+", r"\1 N"),
            (r"user [\w-]+\)", "user NAME)"), (r"SIZE=\d+", "SIZE=N"), (r"\b\d+ bytes", "N bytes"),
            (r"[\w-]+\.eml", "FILE.eml"), (r"(?m) +$", "")):
        text = re.sub(pattern, shown, text)
    return text


def golden(home, name, text):
    path = TESTS / "golden" / f"{name}.txt"
    text = masked(home, text)
    if os.environ.get("EMAPI_WRITE") == "1":
        path.write_text(text)
    assert text == path.read_text()


def explained(home, name, *arguments):
    wait_until(lambda: all(m["state"] not in ("leased", "sent") for m in home.queue("--all")),
               lambda: f"it is filed: {home.queue('--all')}")
    golden(home, name, home.run("emapi", "explain", *arguments).stdout)
    told = json.loads(home.run("emapi", "explain", "--json", *arguments).stdout)
    assert problems(told, SCHEMA) == []
    return told


def followed(done):
    """Without the states that may be over before anybody has looked."""
    return re.sub("(?m)^[0-9:]+ (leased|filed): .*\n", "", done.stdout)


def profile(home, peer):
    home.profile("work", "--from", "Ann <ann@example.test>", "--smtp", f"localhost:{peer.port}",
                 "--tls", "none")


def send(home, *options, to="bob@example.test"):
    return home.run("mapisend", "--to", to, "--subject", "Nightly report", "--body", "x", *options)


def rcpt(line):
    if "grey" in line:
        return "451 4.7.1 Greylisted, come back later"
    return "550 5.1.1 nobody here" if "nobody" in line else "250 2.1.5 Ok"


@pytest.mark.parametrize("name, to", [
    ("accepted", "bob@example.test"), ("greylisted", "Grey <grey@example.test>"),
    ("bounced", "nobody@example.test"), ("partly", "nobody@example.test,bob@example.test"),
])
def test_a_message(home, name, to):
    with Peer(ehlo=["SIZE 12345678", "PIPELINING"], rcpt=rcpt) as peer:
        profile(home, peer)
        golden(home, f"follow-{name}", followed(send(home, "--explain", to=to)))
        told = explained(home, f"explain-{name}", "last")
    attempt, = told["attempts"]
    assert attempt["facts"]["server"] == f"localhost [127.0.0.1]:{peer.port}"
    assert attempt["facts"]["size-limit"] == "12345678"
    assert ("next-try" in attempt["facts"]) == (name == "greylisted")


def test_a_held_message(home):
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": "right"}) as peer:
        home.profile("work", "--from", "Ann <ann@example.test>", "--tls", "none", "--user", "ann",
                     "--smtp", f"localhost:{peer.port}", "--password-command", "echo wrong")
        golden(home, "follow-held", followed(send(home, "--explain")))
        explained(home, "explain-held")


def test_a_pickup_folder(home):
    home.pickup_profile("work")
    send(home)
    explained(home, "explain-pickup", "last")


def test_before_it_is_sent(home):
    with Peer(ehlo=["SIZE 12345678"]) as peer:
        profile(home, peer)
        explained(home, "explain-to", "--to", "bob@example.test")


def dry_run(home, *options, code=0, **more):
    done = home.run("mapisend", "--dry-run", *options, code=code, **more)
    assert home.stored("work") == (0, 0)
    assert home.queue("--all") == []
    return done


def test_a_dry_run(home):
    with Peer(ehlo=["SIZE 12345678"]) as peer:
        profile(home, peer)
        home.run("emapi", "ab", "add", "Carol Clark <carol@example.test>")
        (home.folder / "notes.txt").write_text("a note\n")
        options = ("--to", "Bob <bob@example.test>", "--cc", "Carol Clark", "--bcc",
                   "dave@example.test", "--subject", "Grüße", "--attach", home.folder / "notes.txt")
        done = dry_run(home, *options, input="from standard input\n")
        boundary = re.search('boundary="(.*?)"', done.stdout).group(1)
        golden(home, "dry-run", done.stdout.replace(boundary, "BOUNDARY"))
        assert "dave" not in done.stdout[done.stdout.index("The mail as it would be sent"):]
        told = json.loads(dry_run(home, *options, "--json", input="text\n").stdout)
        assert problems(told, SCHEMA) == [] and len(told["mail"].encode()) == told["size"]
        assert peer.messages == [] and peer.seen("RCPT") == [] and peer.seen("MAIL")


def test_a_dry_run_that_would_fail(home):
    body = ("--to", "bob@example.test", "--body", "x" * 2000)
    with Peer(ehlo=["SIZE 1000"]) as peer:
        profile(home, peer)
        done = dry_run(home, *body, code=65)
        assert "the server takes 1000" in done.stdout and "nothing was stored" in done.stderr
    done = dry_run(home, *body, code=None)
    assert done.returncode == 75 and "Connection refused" in done.stdout
    assert "would wait in the Outbox" in done.stderr
    assert "nothing was stored or sent" in dry_run(home, *body, "--to", "nobody", code=67).stderr
    assert "nothing was stored or sent" in dry_run(home, *body, "-p", "other", code=78).stderr
    assert "nothing was stored or sent" in dry_run(home, *body, "-a", "/nowhere", code=66).stderr


def test_the_story_of_hundreds_of_tries_is_bounded(home):
    home.environment["EMAPI_RETRY_SECONDS"] = "0.0001"
    with Peer(rcpt="451 4.7.1 " + "come back later, " * 25) as peer:
        profile(home, peer)
        send(home, "--wait", "0")

        def tries():
            return home.queue("--all")[0]["tries"] if home.queue("--all") else 0
        wait_until(lambda: tries() > 200, lambda: f"it is tried often: {tries()}", 60)
    told = json.loads(home.run("emapi", "explain", "--json").stdout)
    assert problems(told, SCHEMA) == []
    assert told["tries"] > 200 and len(told["attempts"]) == 64
    gap, = [a for a in told["attempts"] if "left-out" in a["facts"]]
    assert int(gap["facts"]["left-out"]) >= told["tries"] - 64
    shown = home.run("emapi", "explain").stdout
    assert re.search(r"Spooler .*: \d\d\d tries are left out here", shown)
    assert len(shown) < 200_000


@pytest.mark.parametrize("value, wrong", [
    ({"to": 1, "profile": "p", "steps": [], "answers": []}, "1 is no string"),
    ({"to": "x", "profile": "p", "steps": [{"title": "Nonsense", "text": "", "details": []}],
      "answers": []}, "'Nonsense' is none of"),
    ({"to": "x", "profile": "p", "answers": []}, "no steps"),
])
def test_the_schema_refuses(value, wrong):
    assert wrong in "".join(problems(value, SCHEMA))
