# SPDX-License-Identifier: MIT
"""emapi doctor: each check has its broken case here, and what it says helps to mend it."""

import contextlib
import ctypes
import datetime
import email.utils
import json
import os
import socket
import sqlite3
import time

import pytest
from mailserver import Authority, wait_until
from scripted_smtp import Faulty, Peer

PASSWORD = "hunter2 of ann"


def doctor(home, *options, code=0):
    """The findings by check, each as (level, where and what and remedy)."""
    done = home.run("emapi", "doctor", "--json", *options, code=code)
    told = json.loads(done.stdout)
    assert told["ok"] == (done.returncode == 0) and PASSWORD not in done.stdout + done.stderr
    found = {}
    for f in told["findings"]:
        found.setdefault(f["check"], []).append(
            (f["level"], f"{f['where']}: {f['what']} -> {f['remedy']}"))
        assert f["level"] != "problem" or f["remedy"]
    return found


def problem(home, check, *options):
    """The words of the one problem there is."""
    found = doctor(home, *options, code=1)
    problems = [(name, text) for name, findings in found.items()
                for level, text in findings if level == "problem"]
    assert [name for name, _ in problems] == [check], problems
    return problems[0][1]


def smtp(home, port, *options):
    home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{port}", *options)


def send(home, *options, code=0):
    home.run("mapisend", "--to", "bob@example.test", "--subject", "Nightly report", "--body", "x",
             *options, code=code)


def test_all_is_well(home):
    home.pickup_profile()
    assert "starts with the first mail" in doctor(home)["spooler"][0][1]
    send(home)
    found = doctor(home)
    found["clock"].pop()  # whether a time service runs is the machine's affair
    assert {level for findings in found.values() for level, _ in findings} == {"ok"}
    assert "the store is whole" in found["stores"][0][1]
    text = home.run("emapi", "doctor").stdout
    assert text.endswith("All is well.\n") and "ok       stores" in text


def test_no_profile(home):
    assert "emapi profile create" in problem(home, "profiles")


@pytest.mark.parametrize("spoil, said", [
    (lambda text: text + "[broken\n", "line"),
    (lambda text: text.replace("Type=transport", "Type=hook"), "no transport"),
    (lambda text: text.replace("Type=store", "Type=hook"), "no store"),
    (lambda text: text.replace("FromAddress=ann@example.test\n", ""), "no FromAddress"),
    (lambda text: text.replace("=ann@example.test", "=ann"), "is no mail address"),
    (lambda text: text.replace("emapi_pickup.so", "emapi_gone.so"), "emapi_gone.so is not there"),
])
def test_a_broken_profile(home, spoil, said):
    home.pickup_profile()
    path = home.profile_file()
    path.write_text(spoil(path.read_text()))
    assert said in problem(home, "profiles")


def test_several_profiles_and_no_default(home):
    home.pickup_profile("one")
    home.pickup_profile("two")
    (home.config / "emapi.conf").unlink()
    assert "emapi profile default" in problem(home, "profiles")


def test_a_default_profile_that_is_gone(home):
    """What mapisend refuses to send by."""
    home.pickup_profile("one")
    (home.config / "emapi.conf").write_text("[emapi]\nDefaultProfile=gone\n")
    said = problem(home, "profiles")
    assert '"gone"' in said and "emapi profile default NAME" in said
    said = home.run("mapisend", "--to", "bob@example.test", "--body", "x", code=78).stderr
    assert "default profile by emapi.conf" in said and "nothing was stored or sent" in said


def test_a_password_that_nobody_has_given(home):
    smtp(home, 25, "--user", "ann", "--password-command", "echo x")
    path = home.profile_file()
    path.write_text(path.read_text().replace("PasswordCommand=echo x\n", ""))
    said = problem(home, "secrets")
    assert "no password for ann" in said and "emapi profile set 'test' --password" in said


def test_a_password_command_that_fails(home):
    smtp(home, 25, "--user", "ann", "--password-command", f"echo '{PASSWORD}'; exit 3")
    said = problem(home, "secrets")
    assert "The password command failed (exit 3)" in said and "ann" in said


@pytest.mark.parametrize("mode, said", [(0o644, "600"), (None, "secret")])
def test_a_password_file_that_is_open_or_gone(home, mode, said):
    path = home.folder / "secret"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    smtp(home, 25, "--user", "ann", "--password-file", path)
    assert doctor(home)["secrets"][0][0] == "ok"
    path.chmod(mode) if mode else path.unlink()
    assert said in problem(home, "secrets")


def test_a_keyring_that_is_not_there(home):
    smtp(home, 25, "--user", "ann", "--password-command", "echo x")
    path = home.profile_file()
    path.write_text(path.read_text().replace("PasswordCommand=echo x", "PasswordKeyring=true"))
    home.environment["EMAPI_KEYRING"] = "/nonexistent/emapi-keyring"
    said = problem(home, "secrets")
    assert "The desktop's keyring does not give the password" in said
    assert "exit" not in said and "emapi-keyring" not in said


def test_a_spooler_that_cannot_be_started(home):
    home.pickup_profile()
    home.environment["EMAPI_SPOOLER"] = "/nonexistent/emapi-spooler"
    assert "/nonexistent/emapi-spooler" in problem(home, "spooler")


def test_mail_that_is_held_and_mail_that_waits(home):
    with Peer(mail="451 4.3.0 try later") as peer:
        smtp(home, peer.port, "--tls", "none")
        send(home, "--wait", "0")
        wait_until(lambda: [(m["state"], m["tries"]) for m in home.queue()] == [("waiting", 1)],
                   "it was tried")
        found = doctor(home)
        assert "try later" in found["queue"][0][1] and found["queue"][0][0] == "note"
        assert "crontab" in found["later"][0][1] or "linger" in found["later"][0][1]
        key = home.queue()[0]["id"]
        home.run("emapi", "queue", "hold", key)
        said = problem(home, "queue")
        assert "Nightly report" in said and "emapi queue" in said


def test_a_store_that_others_read_is_damaged_or_gone(home):
    home.pickup_profile()
    send(home)
    home.stop()
    store = home.data / "test.store"
    store.chmod(0o644)
    assert "chmod 600" in problem(home, "stores")
    store.chmod(0o600)
    whole = store.read_bytes()
    store.write_bytes(whole[:100] + b"\xff" * 4000 + whole[4100:])
    for part in home.data.glob("test.store-*"):
        part.unlink()
    assert "damaged" in doctor(home, code=1)["stores"][0][1]
    store.unlink()
    found = doctor(home, code=1)["stores"][0]
    assert found[0] == "problem" and "is gone" in found[1]


def test_a_store_whose_parts_do_not_fit_and_one_that_is_too_new(home):
    """What `emapi store check` finds, and a file that this emapi cannot read."""
    home.pickup_profile()
    send(home)
    home.stop()
    with contextlib.closing(sqlite3.connect(home.data / "test.store")) as db:
        db.execute("UPDATE folder SET contents = contents + 7 WHERE id = "
                   "(SELECT max(folder) FROM message)")
        db.commit()
    said = problem(home, "stores")
    assert "Sent Items" in said and "count of messages says 8" in said and "emapi store backup" in said
    with contextlib.closing(sqlite3.connect(home.data / "test.store")) as db:
        db.execute("PRAGMA user_version = 9999")
    assert "newer" in problem(home, "stores")


@pytest.mark.parametrize("folder, mode", [("profiles", 0o777), ("secrets", 0o755)])
def test_a_folder_that_is_open_to_others(home, folder, mode):
    home.pickup_profile()
    (home.config / folder).mkdir(mode=0o700, exist_ok=True)
    (home.config / folder).chmod(mode)
    assert "chmod 700" in problem(home, "folders")


def test_a_full_disk(home):
    home.pickup_profile()
    found = doctor(home, "--free", "2000000000", code=1)
    assert [level for level, _ in found["disk"]] == ["problem", "problem"]
    assert "make room" in found["disk"][0][1]
    home.run("emapi", "doctor", "--free", "-1", code=64)


def test_a_clock_that_is_behind(home):
    home.pickup_profile()
    send(home)
    home.stop()
    later = time.time() + 86400
    os.utime(home.data / "test.store", (later, later))
    assert "the clock is behind" in problem(home, "clock")


class Timex(ctypes.Structure):
    """struct timex as far as its status; adjtimex(2)."""
    _fields_ = [("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
                ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long),
                ("status", ctypes.c_int), ("rest", ctypes.c_byte * 400)]


def test_whether_a_time_service_keeps_the_clock(home):
    """What the kernel says, and no more than a note: other means may keep it right."""
    kernel = Timex()
    assert ctypes.CDLL(None).adjtimex(ctypes.byref(kernel)) >= 0
    home.pickup_profile()
    level, text = doctor(home)["clock"][-1]
    if kernel.status & 0x40:  # STA_UNSYNC
        assert level == "note" and "no time service" in text and "timedatectl set-ntp true" in text
    else:
        assert level == "ok" and "a time service keeps it" in text


@pytest.mark.parametrize("ahead, words", [
    (0, None), (7530, "ahead of"), (-7530, "behind"), (86400 * 400 + 30, "400 d ahead of")])
def test_the_clock_of_the_server(home, ahead, words):
    """Exchange, Exim and Sendmail tell it in their greeting; a time zone is no difference."""
    zone = datetime.timezone(datetime.timedelta(hours=-5))
    told = datetime.datetime.fromtimestamp(time.time() + ahead, zone)
    date = email.utils.format_datetime(told)
    with Peer(greeting=f"220 mail.corp.test Microsoft ESMTP MAIL Service ready at {date}") as peer:
        smtp(home, peer.port, "--tls", "none")
        send(home)
        home.stop()
        tested = home.run("emapi", "test").stdout
    if words:
        said = problem(home, "clock")
        assert f"{words} this machine's" in said and "timedatectl" in said
        assert "2 h 5 min" in said or "400 d" in said
        assert f"{words} this machine's" in tested and "LOOK    clock" in tested
    else:
        assert len(doctor(home)["clock"]) == 2
        assert "ok      clock        the server's agrees with this machine's" in tested


@pytest.mark.parametrize("days, level", [(30, "ok"), (5, "problem")])
def test_a_certificate_that_ends_soon(home, tmp_path, days, level):
    authority = Authority(tmp_path)
    with Faulty(authority.issue("server", days=days)) as server:
        smtp(home, server.port, "--ca-file", authority.ca)
        send(home)
        found = doctor(home, code=int(level == "problem"))["certificates"]
        assert found[0][0] == level and str(server.port) in found[0][1]
        authority.ca.rename(tmp_path / "moved")
        assert "CAFile" in str(doctor(home, code=1)["certificates"])
        path = home.profile_file()
        path.write_text(path.read_text().replace("CAFile=", "ClientCertificate="))
        assert "ClientCertificate" in str(doctor(home, code=1)["certificates"])


def test_what_microsoft_switches_off(home):
    home.profile("test", "--from", "ann@example.test", "--smtp", "SMTP.office365.com:587",
                 "--user", "ann", "--password-command", f"echo '{PASSWORD}'")
    assert "2026-12-31" in problem(home, "deadlines")
    home.run("emapi", "profile", "set", "test", "Auth=xoauth2")
    assert "deadlines" not in doctor(home)
    home.run("emapi", "profile", "set", "test", "Auth=login", "Server=smtp-hve.office365.com")
    said = str(doctor(home, code=None)["deadlines"])
    assert "2028-09-30" in said


@contextlib.contextmanager
def listening(path, kind=socket.SOCK_SEQPACKET):
    """A socket where a service manager, or a server, would listen: who connects wakes it."""
    family = socket.AF_UNIX if isinstance(path, str) else socket.AF_INET
    with socket.socket(family, kind) as server:
        server.bind(path)
        server.listen(16)
        server.setblocking(False)
        yield server


def has_caller(server):
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def test_offline_nothing_leaves_the_machine(home):
    """No command is run, no directory is asked, nothing is woken that would send; it says so."""
    machine = home.folder / "machine"
    machine.mkdir()
    home.environment["EMAPI_MACHINE_FOLDER"] = str(machine)
    (home.folder / "runtime_dir" / "emapi").mkdir(mode=0o700)
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": PASSWORD}, mail="451 4.3.0 try later") as peer, \
            listening(("127.0.0.1", 0), socket.SOCK_STREAM) as directory:
        smtp(home, peer.port, "--tls", "none", "--user", "ann", "--password-command",
             f"touch '{home.folder}/asked'; echo '{PASSWORD}'")
        home.run("emapi", "ab", "connect", f"localhost:{directory.getsockname()[1]}",
                 "--base", "dc=x", "--tls", "none", "--no-test")
        send(home, "--wait", "0")
        wait_until(lambda: home.queue()[0]["tries"] == 1, "it was tried")
        found = doctor(home, "--offline")
        assert "1 waiting" in str(found["queue"]) and found["spooler"][0][0] == "ok"
        home.stop()
        (home.folder / "asked").unlink(missing_ok=True)
        with listening(f"{home.folder}/runtime_dir/emapi/spooler.sock") as manager, \
                listening(f"{machine}/queue.sock") as daemon:
            found = doctor(home, "--offline")
            text = home.run("emapi", "doctor", "--offline").stdout
            assert not has_caller(manager) and not has_caller(daemon) and not has_caller(directory)
        assert not (home.folder / "asked").exists() and not home.living()
    skipped = {check: text for check, findings in found.items()
               for level, text in findings if level == "skipped"}
    assert sorted(skipped) == ["books", "queue", "secrets", "spooler"]
    assert "password of ann was not read" in skipped["secrets"]
    assert "was not started" in skipped["spooler"]
    assert "All is well" not in text and "4 things were not looked at" in text


def test_offline_still_sees_what_is_here(home):
    home.pickup_profile()
    assert "4 things" not in home.run("emapi", "doctor", "--offline").stdout
    assert "skipped" not in str(doctor(home, "--offline"))
    (home.config / "profiles").chmod(0o777)
    assert "chmod 700" in problem(home, "folders", "--offline")
