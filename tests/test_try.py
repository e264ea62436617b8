# SPDX-License-Identifier: MIT
"""emapi test: the way out of a profile, step by step, without sending; the first step that fails
says why and what to do."""

import json
import pathlib

import pytest
from mailserver import Authority, free_port
from scripted_smtp import Peer


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


def steps_of(home, code=0):
    """{step: (state, text)}, and the whole of it."""
    done = home.run("emapi", "test", "test", "--json", code=code)
    transport, = json.loads(done.stdout)["transports"]
    return {s["step"]: (s["state"], s["text"]) for s in transport["steps"]}, transport


def test_all_is_well(home, authority):
    certificate = authority.issue("localhost")
    with Peer(ehlo=["STARTTLS"], ehlo_tls=["AUTH PLAIN", "SIZE 1000000"],
              users={"ann": "secret of ann"}, certificate=certificate) as peer:
        home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{peer.port}",
                     "--ca-file", str(authority.ca), "--user", "ann",
                     "--password-command", "echo secret of ann")
        steps, transport = steps_of(home)
        text = home.run("emapi", "test").stdout
        assert transport["ok"] and {state for state, _ in steps.values()} == {"ok"}
        assert "127.0.0.1" in steps["name"][1] and f"{peer.port}" in steps["connect"][1]
        assert "TLSv1" in steps["tls"][1] and "emapi test authority" in steps["certificate"][1]
        assert steps["login"][1] == "PLAIN as ann"
        assert steps["sender"][1].startswith("<ann@example.test>: 250")
        assert "Nothing was sent" in text and "secret" not in text
        assert peer.seen("MAIL") and peer.seen("RSET") and not peer.seen("RCPT")
        assert peer.messages == []


def steps_remedy(transport, step):
    return next(s.get("remedy") for s in transport["steps"] if s["step"] == step)


def failing(home, step, *says, code):
    steps, transport = steps_of(home, code=code)
    state, text = steps[step]
    assert state == "FAILED" and not transport["ok"]
    for words in says:
        assert words in text + str(steps_remedy(transport, step))
    assert [s for s, (state, _) in steps.items() if state == "FAILED"] == [step]
    shown = home.run("emapi", "test", "test", code=code).stdout
    assert "FAILED" in shown and "Mail can go out" not in shown
    return steps


def plain(home, peer, *options, host="localhost"):
    home.profile("test", "--from", "ann@example.test", "--smtp", f"{host}:{peer.port}",
                 "--tls", "none", *options)


def test_no_such_host(home):
    home.profile("test", "--from", "ann@example.test", "--smtp", "nowhere.invalid:25",
                 "--tls", "none")
    failing(home, "name", "Cannot find host nowhere.invalid", "Check Server", code=75)


def test_nobody_listens(home):
    home.profile("test", "--from", "ann@example.test", "--smtp", f"127.0.0.1:{free_port()}",
                 "--tls", "none")
    steps = failing(home, "connect", "Connection refused", "Server and Port", code=75)
    assert steps["name"][0] == "ok"


def test_a_server_that_refuses_to_talk(home):
    with Peer(greeting="554 5.7.1 your address is blocked") as peer:
        plain(home, peer)
        failing(home, "greeting", "554 5.7.1 your address is blocked", "administrator", code=75)


def test_starttls_is_missing(home):
    with Peer() as peer:
        home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{peer.port}")
        steps = failing(home, "tls", "does not offer STARTTLS", "TLS=implicit", code=78)
        assert steps["greeting"][0] == "ok" and peer.seen("MAIL") == []


def test_a_wrong_certificate(home, authority):
    with Peer(ehlo=["STARTTLS"], certificate=authority.issue("other", hosts=["other.example"], ips=[])) as peer:
        home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{peer.port}",
                     "--ca-file", str(authority.ca))
        failing(home, "certificate", "other.example", "Fingerprint=", code=78)


def test_a_wrong_password(home):
    def refuse(connection, *_):
        connection.say("535 5.7.139 Authentication unsuccessful, "
                       "SmtpClientAuthentication is disabled for the Tenant.")

    with Peer(ehlo=["AUTH PLAIN"], login=refuse) as peer:
        plain(home, peer, "--user", "ann", "--password-command", "echo wrong horse")
        steps = failing(home, "login", "535 5.7.139", "administrator", code=78)
        assert "wrong horse" not in str(steps) and peer.seen("MAIL") == []


def test_a_sender_who_is_not_allowed(home):
    with Peer(mail="550 5.7.60 SMTP; Client does not have permissions to send as this sender") \
            as peer:
        plain(home, peer)
        failing(home, "sender", "5.7.60", "FromAddress=", code=78)


def test_pickup_folder(home):
    home.pickup_profile()
    steps, _ = steps_of(home)
    assert list(steps) == ["folder"] and steps["folder"][0] == "ok"
    folder = pathlib.Path(steps["folder"][1])
    assert list(folder.iterdir()) == []
    folder.rmdir()
    folder.write_text("in the way")
    failing(home, "folder", "in the way", "make the folder", code=75)


def test_unknown_profile(home):
    done = home.run("emapi", "test", "nobody", code=78)
    assert "nobody" in done.stderr
    done = home.run("emapi", "test", code=78)
    assert "emapi profile create" in done.stderr
