# SPDX-License-Identifier: MIT
"""emapi profile setup: from an address to a profile that sends."""

import os
import pty
import subprocess

import pytest
from mailserver import Authority
from scripted_smtp import Faulty, Peer

PASSWORD = "hunter2 of ann"
XML = """<clientConfig><emailProvider id="x"><outgoingServer type="smtp">
<hostname>localhost</hostname><port>{port}</port><socketType>STARTTLS</socketType>
<username>%EMAILLOCALPART%</username></outgoingServer></emailProvider></clientConfig>"""


def set_up(home, *options, code=0):
    return home.run("emapi", "profile", "setup", *options, code=code)


def profiles(home):
    return home.run("emapi", "profile", "list").stdout


def test_a_script_names_the_server(home):
    with Peer() as peer:
        done = set_up(home, "ann@example.test", "--server", f"localhost:{peer.port}", "--tls",
                     "none", "--user", "", "--name", "work")
        assert "mail can go out" in done.stdout and 'Profile   "work"' in done.stdout
        assert not peer.messages
        home.run("mapisend", "--to", "bob@example.test", "--subject", "s", "--body", "x")
        assert len(peer.messages) == 1


def test_a_server_that_refuses_leaves_no_profile(home):
    with Peer(mail="550 5.7.1 not you") as peer:
        options = ("--address", "ann@example.test", "--server", f"localhost:{peer.port}", "--tls",
                   "none", "--user", "")
        done = set_up(home, *options, code=None)
        assert done.returncode and "not you" in done.stderr and "--no-test" in done.stderr
        assert "ann@" not in profiles(home)
        set_up(home, *options, "--no-test")
        assert "ann@example.test" in profiles(home)


def test_a_known_service_is_shown_and_wants_a_yes(home):
    ask = ("ann@gmail.com", "--password-command", f"echo '{PASSWORD}'", "--no-test")
    done = set_up(home, *ask, code=64)
    assert "smtp.gmail.com, port 587" in done.stdout and "known for gmail.com" in done.stdout
    assert "app password" in done.stdout and "--yes" in done.stderr
    assert "gmail" not in profiles(home)
    done = set_up(home, *ask, "--yes")
    assert PASSWORD not in done.stdout + done.stderr
    text = home.profile_file().read_text()
    assert "Preset=gmail" in text and "User=ann@gmail.com" in text


@pytest.mark.parametrize("options, said", [
    ([], "address is missing"),
    (["ann"], "no mail address"),
    (["ann@example.test", "--server", "localhost:x"], "no port number"),
    (["ann@example.test", "--server", "localhost", "--tls", "maybe"], "none, starttls"),
    (["ann@gmail.com", "--yes"], "--password-command"),
    (["ann@example.test", "--autoconfig", "https://example.test/"], "nothing is fetched"),
])
def test_what_is_wrong_is_said_and_nothing_asked(home, options, said):
    assert said in set_up(home, *options, code=64).stderr
    assert "*" not in profiles(home)


def test_a_configuration_file_of_mozillas(home, tmp_path):
    authority = Authority(tmp_path)
    folder = tmp_path / "ispdb"
    folder.mkdir()
    with Faulty(authority.issue("server")) as server:
        (folder / "example.test").write_text(XML.format(port=server.port))
        done = set_up(home, "ann@example.test", "--autoconfig", folder, "--ca-file", authority.ca,
                     "--password-command", f"echo '{PASSWORD}'", "--yes", "--no-test")
        assert f"from {folder}/example.test" in done.stdout and "Login     ann\n" in done.stdout
    assert "has no file for" in set_up(home, "ann@other.test", "--autoconfig", folder,
                                       code=65).stderr


def test_a_person_is_asked(home):
    """On a terminal: the address, whether the server is right, the password unseen."""
    master, slave = pty.openpty()
    asked = subprocess.Popen(["emapi", "profile", "setup", "--no-test"], env=home.environment,
                             stdin=slave, stdout=slave, stderr=slave, cwd=home.folder)
    os.close(slave)
    seen = ""
    for prompt, answer in (("Your mail address:", "ann@icloud.com"), ("[y/n]", "y"),
                           ("Password:", PASSWORD), ('Profile   "', None)):
        while prompt not in seen.rsplit("\r\n>", 1)[-1]:
            seen += os.read(master, 4096).decode()
        if answer:
            os.write(master, answer.encode() + b"\n")
    assert asked.wait(20) == 0
    os.close(master)
    assert "smtp.mail.me.com" in seen and PASSWORD not in seen
    secret, = (home.config / "secrets").iterdir()
    assert secret.read_text().strip() == PASSWORD and secret.stat().st_mode & 0o777 == 0o600
