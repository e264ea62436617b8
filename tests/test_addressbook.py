# SPDX-License-Identifier: MIT
"""The address book as people meet it: `emapi ab`, names in mapisend, lists as recipients, LDAP."""

import json
import socket
import sqlite3
import subprocess

import pytest
from mailserver import wait_until
from ldapserver import ADMIN, BASE, PASSWORD, SLAPD, Directory, free_port

needs_slapd = pytest.mark.skipif(not SLAPD, reason="slapd is not installed")


@pytest.fixture
def book(home):
    home.pickup_profile()
    home.run("emapi", "ab", "add", "Ann Bergman <ann@example.test>", "Phone=123")
    home.run("emapi", "ab", "add", "Ann Other <other@example.test>")
    return home


def test_entries_come_change_and_go(book):
    book.run("emapi", "ab", "set", "Ann Bergman", "Title=Chief", "Phone=")
    shown = json.loads(book.run("emapi", "ab", "show", "ann@example.test", "--json").stdout)
    assert shown["Title"] == "Chief" and "Phone" not in shown
    listed = json.loads(book.run("emapi", "ab", "list", "--json").stdout)
    assert [e["name"] for e in listed] == ["Ann Bergman", "Ann Other"]
    again = book.run("emapi", "ab", "add", "Ann Bergman <ann@example.test>", code=65)
    assert "already" in again.stderr
    book.run("emapi", "ab", "rm", "ann@example.test")
    assert "Ann Bergman" not in book.run("emapi", "ab", "list").stdout
    book.run("emapi", "ab", "show", "Ann Bergman", code=67)


def test_names_are_resolved_or_told_apart(book):
    done = book.run("emapi", "ab", "resolve", "berg", "x@y.test")
    assert "ann@example.test" in done.stdout and "x@y.test" in done.stdout
    done = book.run("emapi", "ab", "resolve", "ann", code=65)
    assert "ann@example.test" in done.stderr and "other@example.test" in done.stderr
    done = book.run("emapi", "ab", "resolve", "nobody", code=67)
    assert "not in the address book" in done.stderr


def test_a_file_of_the_first_version_is_taken_over(book):
    path = book.environment["XDG_DATA_HOME"] + "/emapi/contacts.ab"
    with sqlite3.connect(path) as file:
        for trigger in ("entry_made", "entry_changed", "entry_gone", "member_came",
                        "member_went", "change_made"):
            file.execute(f"DROP TRIGGER {trigger}")
        file.execute("DROP TABLE change")
        file.execute("DROP INDEX entry_name")
        file.execute("PRAGMA user_version = 1")
    assert "Ann Bergman" in book.run("emapi", "ab", "list").stdout
    book.run("emapi", "ab", "rm", "Ann Other")
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM change").fetchone() == (1,)
        file.execute("PRAGMA user_version = 99")
    assert "newer emapi" in book.run("emapi", "ab", "list", code=69).stderr


def test_vcards_there_and_back(book):
    book.run("emapi", "ab", "add", "--list", "Team", "--member", "Ann Bergman",
             "--member", "Ext <ext@example.test>")
    cards = book.run("emapi", "ab", "export").stdout
    (book.folder / "all.vcf").write_text(cards)
    book.run("emapi", "ab", "rm", "Ann Bergman", "Team")
    done = book.run("emapi", "ab", "import", "all.vcf")
    assert "3 of 3" in done.stderr
    book.run("emapi", "ab", "import", "all.vcf")
    assert book.run("emapi", "ab", "export").stdout.count("BEGIN:VCARD") == 3
    shown = json.loads(book.run("emapi", "ab", "show", "Team", "--json").stdout)
    assert [m["address"] for m in shown["members"]] == ["ann@example.test", "ext@example.test"]


def test_vcards_of_others_are_read(book):
    (book.folder / "old.vcf").write_bytes(
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCll=\r\n"
        b"er;J=C3=BCrgen\r\nFN;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen M=C3=BCller\r\n"
        b"TEL;CELL:0815\r\nitem1.EMAIL;TYPE=INTERNET:juergen@\r\n example.test\r\nEND:VCARD\r\n")
    book.run("emapi", "ab", "import", "old.vcf")
    shown = json.loads(book.run("emapi", "ab", "show", "juergen", "--json").stdout)
    assert shown["Name"] == "Jürgen Müller" and shown["Surname"] == "Müller"
    assert shown["Address"] == "juergen@example.test" and shown["Mobile"] == "0815"
    (book.folder / "bad.vcf").write_text("BEGIN:VCARD\nFN:x\nBEGIN:VCARD\n")
    done = book.run("emapi", "ab", "import", "bad.vcf", code=65)
    assert "line 3" in done.stderr and "nothing was imported" in done.stderr


def test_mapisend_takes_names(book):
    done = book.run("mapisend", "--to", "ann", "--subject", "s", "--body", "b", code=65)
    assert "nothing was stored" in done.stderr and "other@example.test" in done.stderr
    book.run("mapisend", "--to", "nobody", "--subject", "s", "--body", "b", code=67)
    assert not book.queue("--all")
    book.run("mapisend", "--to", "Ann Bergman", "--subject", "s", "--body", "b")
    assert "Ann Bergman <ann@example.test>" in book.picked_up()[0].read_text()


def test_each_member_of_a_list_gets_it_once(book):
    book.run("emapi", "ab", "add", "--list", "Sub", "--member", "ann@example.test",
             "--member", "Deep <deep@example.test>")
    book.run("emapi", "ab", "add", "--list", "Team", "--member", "Ann Bergman",
             "--member", "Ext <ext@example.test>", "--member", "Sub")
    book.run("emapi", "ab", "set", "Sub", "--member", "Team")
    done = book.run("mapisend", "--to", "Team", "--cc", "other@example.test", "--subject", "s",
                    "--body", "b")
    assert done.stdout.count("accepted") == 4
    files = book.picked_up()
    assert len(files) == 1
    text = files[0].read_text()
    received = [line for line in text.splitlines() if line.startswith("X-Receiver")]
    assert sorted(received) == [f"X-Receiver: {name}@example.test"
                                for name in ("ann", "deep", "ext", "other")]


# LDAP


@pytest.fixture
def company(tmp_path):
    directory = Directory(tmp_path / "ldap")
    yield directory
    directory.stop()


def connect(home, directory, *options, port=None, host="127.0.0.1", ca=True, base=BASE, code=0):
    more = ["--ca-file", str(directory.ca_file)] if ca else []
    return home.run("emapi", "ab", "connect", f"{host}:{port or directory.port}", "--base", base,
                    "--name", "Company", *more, *options, code=code)


@needs_slapd
def test_a_directory_is_tried_before_it_is_added(book, company):
    """What is found is said; what is wrong is, too, and leaves the profile as it was."""
    before = book.profile_file().read_text()
    plain = ("--tls", "none")
    for options, more, words in (
            (plain, {"base": "dc=nowhere"}, ["no such place", "Check BaseDN="]),
            (plain, {"base": "nonsense"}, ["it says: invalid DN", "Write it like dc="]),
            ((*plain, "--filter", "cn=nobody"), {}, ["shows nobody", "check BaseDN= and Filter="]),
            ((*plain, "--filter", "((("), {}, ["filter is malformed", "Check Filter="]),
            (("--user", ADMIN, "--password-command", "echo wrong"), {},
             ["does not accept this user and password", "Check User="]),
            (("--user", ADMIN, "--password-command", "false"), {}, ["password"])):
        done = connect(book, company, *options, **more, code=78)
        for word in (*words, "the profile is as it was", "--no-test"):
            assert word in done.stderr, done.stderr
        assert done.stdout == "" and "wrong" not in done.stderr
        assert book.profile_file().read_text() == before
    for options, more, words in ((plain, {"host": "nowhere.invalid"}, "no address is known"),
                                 (plain, {"port": free_port()}, "cannot be reached"),
                                 ((), {"ca": False}, "Check CAFile=")):
        assert words in connect(book, company, *options, **more, code=75).stderr
    said = connect(book, company, "--user", ADMIN, "--password-command", f"echo {PASSWORD}").stdout
    assert said == (f"It answers (127.0.0.1:{company.port}, by StartTLS, as {ADMIN}) and shows people"
                    f" below {BASE}: the first is \"Carol Clerk\".\n")
    said = connect(book, company, *plain, "--user", ADMIN, "--password-command",
                   f"echo {PASSWORD}").stdout
    assert "not encrypted (the password can be read on the way)" in said


def books_of(home, code):
    told = json.loads(home.run("emapi", "doctor", "--json", code=code).stdout)
    return {f["where"].split('"')[3]: f for f in told["findings"] if f["check"] == "books"}


@needs_slapd
def test_the_doctor_asks_the_directories(book, company):
    connect(book, company, "--no-test", "--user", ADMIN, "--password-command", "echo wrong")
    found = books_of(book, code=1)
    assert found.pop("Company")["level"] == "problem"
    assert [f["level"] for f in found.values()] == ["ok"], "the personal address book"
    file = book.profile_file()
    file.write_text(file.read_text().replace("echo wrong", f"echo {PASSWORD}"))
    ok = books_of(book, code=0)["Company"]
    assert ok["level"] == "ok" and '"Carol Clerk"' in ok["what"]
    company.stop()
    gone = books_of(book, code=1)["Company"]
    assert f"The directory 127.0.0.1:{company.port}: StartTLS: the server cannot be reached" in gone["what"]
    assert "no mail is lost" in gone["remedy"] and "queue run" in gone["remedy"]
    assert PASSWORD not in json.dumps([ok, gone])


def test_a_directory_that_says_nothing_is_not_waited_for_long(book):
    """Who accepts the connection and is silent gets five seconds, whatever a search is given."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        book.run("emapi", "ab", "connect", f"127.0.0.1:{silent.getsockname()[1]}", "--base", BASE,
                 "--name", "Company", "--no-test")
        file = book.profile_file()
        file.write_text(file.read_text().replace("BaseDN=", "Timeout=600\nBaseDN="))
        found = books_of(book, code=1)["Company"]
    assert "the server does not answer" in found["what"]


@needs_slapd
def test_a_directory_is_searched_beside_the_contacts(book, company):
    connect(book, company)
    assert "carol@example.test" in book.run("emapi", "ab", "resolve", "clerk").stdout
    done = book.run("emapi", "ab", "resolve", "car", code=65)
    assert "carol@example.test" in done.stderr and "carl@example.test" in done.stderr
    assert "ann@example.test" in book.run("emapi", "ab", "resolve", "Ann Bergman").stdout
    assert "zoe@example.test" in book.run("emapi", "ab", "resolve", "zoë *").stdout
    shown = json.loads(book.run("emapi", "ab", "show", "Carol Clerk", "--json").stdout)
    assert shown["Phone"] == "4711" and shown["Title"] == "Clerk"
    done = book.run("emapi", "ab", "rm", "Carol Clerk", code=77)
    assert "Company" in done.stderr


def test_explain_before_sending_knows_names(book):
    def explain(name, code=0):
        return book.run("emapi", "explain", "--to", name, code=code)

    assert 'Ann Bergman <ann@example.test> (SMTP), as the address book has "berg"' in \
        explain("berg").stdout
    assert "nobody@example.test, an SMTP address" in explain("nobody@example.test").stdout
    assert '"nobody" is not in the address book' in explain("nobody", code=67).stderr
    assert "other@example.test" in explain("ann", code=65).stderr


@needs_slapd
def test_a_directorys_group_is_a_list(book, company):
    connect(book, company)
    done = book.run("mapisend", "--to", "Crew", "--subject", "s", "--body", "b")
    assert sorted(line.split(":")[0] for line in done.stdout.splitlines()) == [
        "carl@example.test", "carol@example.test"]


@needs_slapd
def test_a_directory_by_tls_and_login(book, company):
    connect(book, company, "--tls", "implicit", "--user", ADMIN, "--password-command",
            f"echo {PASSWORD}", port=company.tls_port)
    assert "carol@example.test" in book.run("emapi", "ab", "resolve", "clerk").stdout


@needs_slapd
def test_a_wrong_password_is_said(book, company):
    connect(book, company, "--no-test", "--user", ADMIN, "--password-command", "echo wrong")
    done = book.run("emapi", "ab", "resolve", "clerk", code=67)
    assert "it does not accept this user and password" in done.stderr and "Check User=" in done.stderr
    assert "ann@example.test" in book.run("emapi", "ab", "resolve", "berg").stdout


@needs_slapd
def test_a_certificate_that_is_not_trusted_is_said(book, company):
    connect(book, company, "--no-test", ca=False)
    done = book.run("emapi", "ab", "resolve", "clerk", code=67)
    assert "CAFile=" in done.stderr


@needs_slapd
def test_without_the_directory_contacts_are_found(book, company):
    connect(book, company)
    company.stop()
    assert "ann@example.test" in book.run("emapi", "ab", "resolve", "berg").stdout
    done = book.run("emapi", "ab", "resolve", "clerk", code=67)
    assert "the server cannot be reached" in done.stderr
    assert "Ann Bergman" in book.run("emapi", "ab", "list").stdout


@needs_slapd
def test_a_list_waits_for_its_directory_and_is_seen_to(book, company):
    """A list that cannot be taken apart when the mail is stored: it stands in the queue with the
    reason, is tried again by itself, and its members get it once the directory answers."""
    connect(book, company)
    away = {**book.environment, "EMAPI_SPOOLER": "/bin/false"}  # stored, and nobody looks at it
    done = subprocess.run(["mapisend", "--to", "Crew", "--cc", "direct@example.test", "--subject", "s",
                           "--body", "b", "--wait", "0"], env=away, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    company.stop()
    book.run("emapi", "queue", "run")
    waiting, = wait_until(lambda: [m for m in book.queue() if m["state"] == "waiting"
                                   and "server cannot be reached" in m["text"]], book.queue)
    assert [r["address"] for r in waiting["recipients"]] == ["Crew", "direct@example.test"]
    assert waiting["next_try"] > 0
    company.start()
    book.run("emapi", "queue", "run")
    wait_until(lambda: not book.queue(), book.queue)
    sent = next(m for m in book.queue("--all") if m["state"] == "filed")
    assert sorted((r["address"], r["state"]) for r in sent["recipients"]) == [
        ("carl@example.test", "accepted"), ("carol@example.test", "accepted"),
        ("direct@example.test", "accepted")]
    assert len(book.picked_up()) == 1


@needs_slapd
def test_more_than_the_limit_is_said(book, company):
    connect(book, company)
    file = book.profile_file()
    file.write_text(file.read_text().replace("BaseDN=", "SizeLimit=2\nBaseDN="))
    done = book.run("emapi", "ab", "list", "--book", "Company")
    assert "SizeLimit=" in done.stderr
    assert "carol@example.test" in book.run("emapi", "ab", "resolve", "clerk").stdout
