# SPDX-License-Identifier: MIT
"""Bad input: each ends with the exit code and words of design D8, and nothing is lost, doubled or
half-written."""

import uuid

import pytest
from conftest import needs_root
from mailserver import free_port
from test_send import find, wait_one


def stored(home):
    """How many messages wait, as the queue says."""
    listed = home.run("emapi", "queue", "list").stdout
    return 0 if "Nothing waits." in listed else listed.count("profile ")


def test_no_profile(home):
    done = home.run("mapisend", "--to", "ann@example.test", "--body", "x", code=78)
    assert "there is no profile" in done.stderr and "emapi profile create" in done.stderr
    assert "nothing was stored or sent" in done.stderr


def test_unknown_profile(home):
    home.pickup_profile("known")
    done = home.run("mapisend", "-p", "unknown", "--to", "ann@example.test", "--body", "x", code=78)
    assert '"unknown"' in done.stderr and "known" in done.stderr
    assert stored(home) == 0


def test_malformed_profile_names_the_line(home):
    home.pickup_profile("broken")
    path, = home.config.glob("profiles/*.profile")
    path.write_text("[Profile]\nUID 0123\n")
    done = home.run("mapisend", "--to", "ann@example.test", "--body", "x", code=78)
    assert str(path) in done.stderr and "nothing was stored" in done.stderr


def test_no_recipients(home):
    home.pickup_profile()
    done = home.run("mapisend", "--subject", "s", "--body", "x", code=64)
    assert "no recipients" in done.stderr and "nothing was stored or sent" in done.stderr
    assert stored(home) == 0


@pytest.mark.parametrize("address", ["an.invalid at address", "nobody", "a@b@", "@example.test",
                                     "x y@example.test", "a@exa mple.test", "a@b\r\nRCPT TO:<c@d>"])
def test_malformed_address_is_refused_before_anything_is_stored(home, address):
    home.pickup_profile()
    done = home.run("mapisend", "--to", address, "--to", "good@example.test", "--body", "x", code=65)
    assert "is not a mail address" in done.stderr and "nothing was stored or sent" in done.stderr
    assert stored(home) == 0 and home.picked_up() == []


def test_malformed_address_through_the_api_fails_that_recipient_alone(home):
    """The seed's own example goes through MAPI as any address does; the transport refuses it."""
    home.pickup_profile()
    home.run("example-mapisend", "seed", "testing one two three", "an.invalid at address",
             "ann@example.test")
    from mailserver import wait_until
    wait_until(lambda: len(home.picked_up()) == 1, "the other recipient's mail is picked up")
    listed = home.run("emapi", "queue", "list", "--all").stdout
    assert "an.invalid at address: refused" in listed and "5.1.3" in listed
    assert "ann@example.test: accepted" in listed


def test_unreadable_attachment(home):
    home.pickup_profile()
    done = home.run("mapisend", "--to", "ann@example.test", "--body", "x", "--attach", "missing.pdf",
                    code=66)
    assert "missing.pdf" in done.stderr and "nothing was stored or sent" in done.stderr
    assert stored(home) == 0


def test_server_down_waits_and_loses_nothing(home):
    port = free_port()
    home.profile("down", "--from", "ann@example.test", "--smtp", f"localhost:{port}", "--tls", "none")
    done = home.run("mapisend", "--to", "bob@example.test", "--subject", "s", "--body", "x")
    assert "bob@example.test: waiting" in done.stdout and f"{port}" in done.stdout
    assert "safe in the Outbox" in done.stderr
    assert stored(home) == 1


@needs_root
def test_refused_login_holds_and_a_mended_one_sends(home, mail_system):
    subject = uuid.uuid4().hex
    home.smtp_profile(mail_system, "test", "wrong password")
    done = home.run("mapisend", "--to", "ann@example.test", "--subject", subject, "--body", "x")
    assert "held" in done.stderr and "535" in done.stdout + done.stderr
    assert "safe in the Outbox" in done.stderr
    assert stored(home) == 1 and find(mail_system, "ann", subject) == []
    path, = home.config.glob("profiles/*.profile")
    path.write_text(path.read_text().replace("wrong password", "secret of ann"))
    home.run("emapi", "queue", "run")
    wait_one(mail_system, "ann", subject)


@needs_root
def test_certificate_nobody_vouches_for_holds(home, mail_system):
    subject = uuid.uuid4().hex
    home.profile("stranger", "--from", "ann@example.test", "--smtp",
                 f"localhost:{mail_system.port}", "--tls", "starttls")
    done = home.run("mapisend", "--to", "ann@example.test", "--subject", subject, "--body", "x")
    assert "certificate" in done.stderr and "safe in the Outbox" in done.stderr
    assert stored(home) == 1 and find(mail_system, "ann", subject) == []
