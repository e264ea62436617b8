# SPDX-License-Identifier: MIT
"""Command lines that cannot be meant: each is refused in words that say what and what instead, and
changes nothing."""

import email
import email.policy
import subprocess

import pytest
from scripted_smtp import Peer

REFUSED = [
    # command, exit code, what is said
    (("mapisend", "--to", "bob@example.test", "--body", "x", "--body-file", "y"), 64,
     ["--body and --body-file exclude each other", "nothing was stored or sent"]),
    (("mapisend", "--to", "bob@example.test", "--body", "x", "--wait", "-3"), 64,
     ["--wait -3", "number of seconds", "nothing was stored or sent"]),
    (("mapisend", "--to", "bob@example.test", "--body", "x", "--require-accepted=yes"), 64,
     ['--require-accepted takes no value: "--require-accepted=yes"', "nothing was stored or sent"]),
    (("emapi", "queue", "list", "--all=x"), 64, ["--all takes no value", "--help"]),
    (("emapi", "store", "ls", "Inbox", "--json="), 64, ["--json takes no value"]),
    (("emapi", "store", "mkdir", "Inbox#7"), 64, ['"Inbox#7" would read like a message', "no folder"]),
    (("emapi", "queue", "list", "x"), 64, ["emapi queue show ID"]),
    (("emapi", "queue", "list", "--limit", "-1"), 64, ["--limit"]),
    (("emapi", "queue", "run", "--wait", "-1"), 64, ["--wait -1", "number of seconds"]),
    (("emapi", "store", "ls", "--limit", "-1"), 64, ["--limit"]),
    (("emapi", "store", "rm", "-r", "Inbox"), 77, ["Inbox stays as it is", "every store has"]),
    (("emapi", "store", "mv", "Outbox", "Inbox"), 77, ["Outbox stays as it is"]),
    (("emapi", "store", "watch", "--seconds", "0"), 64, ["--seconds", "from 1"]),
    (("emapi", "store", "watch", "--count", "-1"), 64, ["--count", "from 1"]),
    (("emapi", "store", "set", "Inbox", "PR_DISPLAY_NAME="), 77, ["PR_DISPLAY_NAME"]),
    (("emapi", "store", "set", "Inbox", "PR_CONTENT_COUNT=3"), 77, ["PR_CONTENT_COUNT"]),
    (("emapi", "ab", "show", "nobody"), 67, ["emapi ab list"]),
    (("emapi", "ab", "import", "/nonexistent"), 66,
     ["/nonexistent cannot be read: No such file or directory", "nothing was imported"]),
    (("emapi", "profile", "import", "/nonexistent"), 66,
     ["/nonexistent cannot be read: No such file or directory", "no profile was made"]),
    (("emapi", "profile", "create", "work", "--from", "a@example.test", "--pickup", "/tmp"), 73,
     ['a profile "work" already', "emapi profile delete"]),
    (("emapi", "profile", "create", "n", "--from", "a@example.test", "--smtp", "h",
      "--password-command", "echo x"), 64, ["--user"]),
    (("emapi", "profile", "create", "n", "--from", "a@example.test", "--smtp", "two words:25"), 64,
     ['"two words" is no host name', "HOST:PORT"]),
    (("emapi", "profile", "setup", "a@example.test", "--server", "https://mail"), 64,
     ["is no port number"]),
    (("emapi", "profile", "setup", "a@example.test", "--server", "x/y"), 64, ["is no host name"]),
    (("emapi", "profile", "setup", "a@example.test", "--autoconfig", "/nonexistent"), 65,
     ["/nonexistent cannot be read: No such file or directory", "no profile was made"]),
    (("emapi", "profile", "setup", "a@example.test", "--autoconfig", "http://localhost:1/x"), 65,
     ["cannot be connected to: Connection refused", "no profile was made"]),
    (("emapi", "profile", "setup", "a@example.test", "--autoconfig", "http://x y/"), 65,
     ["begins with https://", "no profile was made"]),
    (("emapi", "explain", "--profile", "nobody"), 78, ['no profile "nobody"']),
    (("emapi", "explain", "--profile", "work"), 66, ['no message of profile "work"', "--to ADDRESS"]),
    (("emapi", "explain"), 66, ["no message was sent yet", "--to ADDRESS"]),
]
SETTINGS = [
    ("FromAddress=nope", "it has no '@'"), ("FromAddress=Ann <a@example.test>", "FromName"),
    ("Port=99999", "1 to 65535"), ("Port=0", "1 to 65535"), ("Port=x", "a number"),
    ("Timeout=-1", "from 0"), ("TLS=maybe", "none starttls implicit"),
    ("Auth=plain nonsense", "SCRAM-SHA-256"), ("HeaderFrom=no", "keep sender rewrite refuse"),
]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    from conftest import Home
    home = Home(tmp_path_factory.mktemp("home"))
    home.profile("work", "--from", "ann@example.test", "--smtp", "localhost:1", "--tls", "none")
    home.run("emapi", "store", "ls")
    yield home
    home.stop()
    home.check_sanitizers()


@pytest.mark.parametrize("command, code, words", REFUSED, ids=lambda v: str(v)[:60])
def test_is_refused(work, command, code, words):
    before, profile = work.stored("work"), work.profile_file().read_text()
    done = work.run(*command, code=code)
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr
    assert "Failed to open" not in done.stderr and "(MAPI_E" not in done.stderr
    assert work.stored("work") == before and work.profile_file().read_text() == profile
    assert "Inbox/" in work.run("emapi", "store", "ls").stdout


def test_what_looks_like_an_option_with_a_value_can_be_a_value(home):
    home.pickup_profile()
    home.run("mapisend", "--subject", "--json=x", "--to=bob@example.test", "--body=--verbose=1")
    mail = home.picked_up()[0].read_text()
    assert "Subject: --json=x\n" in mail.replace("\r", "") and "--verbose=1" in mail


@pytest.mark.parametrize("setting, words", SETTINGS)
def test_a_setting_that_is_none_changes_nothing(work, setting, words):
    profile = work.profile_file().read_text()
    assert words in work.run("emapi", "profile", "set", "work", setting, code=64).stderr
    assert work.profile_file().read_text() == profile


def test_settings_that_are_some(work):
    work.run("emapi", "profile", "set", "work", "TLS=StartTLS", "Auth=plain SCRAM-SHA-256", "Port=25",
             "HeaderFrom=rewrite", "FromAddress=eve@example.test", "Timeout=0")
    work.run("emapi", "profile", "set", "work", "TLS=none", "Auth=", "Port=1", "HeaderFrom=",
             "FromAddress=ann@example.test", "Timeout=")


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", ""])
def test_text_is_utf8_where_no_locale_is_set(home, locale):
    """As in a job of cron."""
    home.pickup_profile()
    home.environment.pop("LANG", None)
    home.environment["LC_ALL"] = locale
    home.run("mapisend", "--to", "Jörg <bob@example.test>", "--subject", "Grüße", "--body", "süß")
    mail = email.message_from_bytes(home.picked_up()[0].read_bytes(), policy=email.policy.default)
    assert mail["Subject"] == "Grüße" and mail["To"] == "Jörg <bob@example.test>"
    assert mail.get_content().strip() == "süß"
    home.run("emapi", "profile", "create", "büro", "--from", "Ä <a@example.test>", "--pickup", "p")
    assert "büro" in home.run("emapi", "profile", "list").stdout


def test_what_is_no_text_is_named(home):
    home.pickup_profile()
    said = home.run("mapisend", "--to", "bob@example.test", "--subject", b"Gr\xfc\xdfe".decode(
        "utf-8", "surrogateescape"), "--body", "x", code=64).stderr
    assert "is no text in the character set UTF-8" in said and "Gr" in said
    assert "nothing was stored or sent" in said


@pytest.mark.parametrize("command", [
    ("ab", "export"), ("queue", "list", "--all", "--json"), ("explain",), ("doctor", "--json"),
    ("profile", "show"), ("store", "ls"), ("store", "export", "--eml", "Sent Items#1")])
def test_what_cannot_be_printed_is_no_success(home, command):
    """A file that is written on a full disk."""
    home.pickup_profile()
    home.run("emapi", "ab", "add", "Bob <bob@example.test>")
    home.run("mapisend", "--to", "bob@example.test", "--body", "x")
    with open("/dev/full", "w") as full:
        done = subprocess.run(["emapi", *command], env=home.environment, cwd=home.folder, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 74 and "No space left on device" in done.stderr
        done = subprocess.run(["mapisend", "--to", "bob@example.test", "--body", "y"], stdout=full,
                              env=home.environment, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0 and "the mail is stored all the same" in done.stderr


def test_a_spooler_that_cannot_start_is_told_with_its_log(home):
    home.pickup_profile()
    (home.state / "spool.db").mkdir(parents=True)
    said = home.run("emapi", "queue", "list", code=69).stderr
    assert "safe in the stores" in said and str(home.state / "spooler.log") in said
    assert "MAPI_E" not in said
    said = home.run("mapisend", "--to", "bob@example.test", "--body", "x", "--wait", "3").stderr
    assert "safe in the Outbox" in said and "emapi queue run" in said and "MAPI_E" not in said


def test_explain_tells_the_newest_of_a_profile(home):
    home.pickup_profile("one")
    home.pickup_profile("two")
    for name in ("one", "two"):
        home.run("mapisend", "-p", name, "--to", "bob@example.test", "--subject", f"by {name}",
                 "--body", "x")
    assert '"by one"' in home.run("emapi", "explain", "--profile", "one").stdout
    assert '"by two"' in home.run("emapi", "explain").stdout


def test_what_would_become_of_a_mail_is_told_before(home):
    """Whether it would be safe, what happens then, and what to do."""
    home.profile("test", "--from", "ann@example.test", "--smtp", "localhost:1", "--tls", "none")
    told = home.run("emapi", "explain", "--to", "bob@example.test").stdout
    assert "safe in the Outbox and tried again by itself" in told and "emapi test 'test'" in told
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": "other"}) as peer:
        home.profile("held", "--from", "ann@example.test", "--smtp", f"localhost:{peer.port}",
                     "--tls", "none", "--user", "ann", "--password-command", "echo x")
        told = home.run("emapi", "explain", "--to", "bob@example.test").stdout
    assert "safe in the Outbox, and held until this is mended" in told
