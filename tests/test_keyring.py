# SPDX-License-Identifier: MIT
"""A password in the desktop's keyring: gnome-keyring behind a session bus of its own."""

import os
import shutil
import subprocess

import pytest
from conftest import needs_root
from mailserver import wait_until
from test_send import wait_one
from test_setup import PASSWORD, talk

needs_keyring = pytest.mark.skipif(
    not shutil.which("gnome-keyring-daemon") or not shutil.which("dbus-daemon")
    or not os.path.exists(os.environ.get("EMAPI_KEYRING", "")),
    reason="needs gnome-keyring, dbus-daemon and libsecret at build time")


@pytest.fixture
def keyring(home):
    """An unlocked keyring whose bus the home's programs find."""
    address = f"unix:path={home.folder}/bus"
    bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", f"--address={address}"],
                           env=home.environment, stderr=subprocess.DEVNULL)
    wait_until(lambda: (home.folder / "bus").exists(), "the session bus listens")
    home.environment["DBUS_SESSION_BUS_ADDRESS"] = address
    daemon = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--unlock",
                               "--components=secrets"], env=home.environment,
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    daemon.stdin.write(b"login password\n")
    daemon.stdin.close()
    wait_until(lambda: subprocess.run(
        ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
         "org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"],
        env=home.environment, capture_output=True).returncode == 0, "the keyring is on the bus")
    yield home
    home.stop()
    daemon.terminate()
    daemon.wait(20)
    bus.terminate()
    bus.wait(20)


def create(home, system, password):
    return home.run("emapi", "profile", "create", "ring", "--default", "--from",
                    "ann@example.test", "--smtp", f"localhost:{system.port}", "--ca-file",
                    system.authority.ca, "--user", "ann", "--keyring", input=password + "\n")


@needs_keyring
def test_the_wizard_offers_the_keyring(keyring):
    """On a terminal by a question, in a script by an option."""
    talk(keyring, [("[y/n]", "y"), ("keyring? [y/n]", "y"), ("Password:", PASSWORD),
                   ('Profile   "', None)], "ann@icloud.com", "--no-test", "--name", "one")
    keyring.run("emapi", "profile", "setup", "ann@icloud.com", "--no-test", "--yes", "--keyring",
                "--name", "two", input=PASSWORD + "\n")
    assert not (keyring.config / "secrets").exists()
    for path in keyring.config.glob("profiles/*.profile"):
        assert "PasswordKeyring=true" in path.read_text()
    told = keyring.run("emapi", "doctor", code=None).stdout
    assert "PROBLEM  secrets" not in told and "ok       secrets" in told


@needs_root
@needs_keyring
def test_password_from_the_keyring(keyring, mail_system):
    create(keyring, mail_system, "secret of ann")
    keyring.run("mapisend", "--require-accepted", "--to", "erin@example.test", "--subject",
                "from the keyring", "--body", "x")
    wait_one(mail_system, "erin", "from the keyring")
    for path in keyring.folder.rglob("*"):
        if path.is_file():
            assert b"secret of ann" not in path.read_bytes(), path


@needs_root
@needs_keyring
def test_a_changed_password_and_none(keyring, mail_system):
    create(keyring, mail_system, "wrong")
    done = keyring.run("mapisend", "--to", "erin@example.test", "--subject", "changed later",
                       "--body", "x")
    assert "535" in done.stderr and "held" in done.stderr
    keyring.run("emapi", "profile", "set", "ring", "--password", input="secret of ann\n")
    keyring.run("emapi", "queue", "run")
    wait_one(mail_system, "erin", "changed later")


@needs_root
def test_no_keyring_holds_and_says_so(home, mail_system):
    home.smtp_profile(mail_system, "test")
    home.run("emapi", "profile", "set", "test", "PasswordCommand=", "PasswordKeyring=true")
    home.environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"
    done = home.run("mapisend", "--to", "erin@example.test", "--body", "x")
    assert "safe in the Outbox but held" in done.stderr
    assert "The desktop's keyring does not give the password" in done.stderr
