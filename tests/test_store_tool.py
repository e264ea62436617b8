# SPDX-License-Identifier: MIT
"""emapi store: a message store from the command line."""

import email
import email.policy
import json
import sqlite3
import subprocess

import pytest

import mailserver

TO_BOB = ("--to", "Bob <bob@example.test>", "--cc", "cee@example.test", "--subject", "Grüße / 1",
          "--body", "the text")


@pytest.fixture
def store(home):
    """A function that runs `emapi store`, in a home whose Sent Items hold one message with an
    attachment of 100,000 bytes."""
    def run(*arguments, **options):
        return home.run("emapi", "store", *arguments, **options).stdout

    home.pickup_profile()
    (home.folder / "data.bin").write_bytes(bytes(range(250)) * 400)
    home.run("mapisend", *TO_BOB, "--attach", home.folder / "data.bin", "--require-accepted")
    mailserver.wait_until(lambda: listed(run, "Sent Items"), "the message is filed")
    return run


def listed(run, folder):
    return json.loads(run("ls", "--json", folder))["messages"]


def only(run, folder):
    message, = listed(run, folder)
    return f"{folder}#{message['id']}"


def values(properties):
    return {p["name"]: p.get("value") for p in properties}


def test_looking(store):
    tree = json.loads(store("tree", "--json"))
    assert {"Inbox", "Outbox", "Sent Items"} <= {f["name"] for f in tree["folders"]}
    assert "Sent Items/" in store("tree") and "1 message, " in store("ls")
    message, = listed(store, "sent items")
    assert message["subject"] == "Grüße / 1" and message["class"] == "IPM.Note"
    line = store("ls", "Sent Items")
    assert f"#{message['id']} " in line and "Ann Sender" in line and " A " in line
    path = f"Sent Items#{message['id']}"
    shown = store("show", path)
    assert 'PR_SUBJECT_W                         "Grüße / 1"' in shown
    assert "MSGFLAG_READ" in shown and "MSGFLAG_HASATTACH" in shown
    assert "recipient 1" in shown and "MAPI_CC" in shown and "attachment 0" in shown
    assert "ATTACH_BY_VALUE" in shown and "(100000 bytes" in shown
    assert store("show", message["entryid"]) == shown
    assert "PR_DISPLAY_NAME_W" in store("show") and "STORE_SUBMIT_OK" in store("show")
    assert store("get", path, "PR_BODY", "--raw") == "the text"
    assert store("get", path, "PR_IMPORTANCE", code=None).strip() in ("", "1 (IMPORTANCE_NORMAL)")


def test_attachment_and_export(home, store):
    path, data = only(store, "Sent Items"), (home.folder / "data.bin").read_bytes()
    command = ["emapi", "store", "get", "--raw", "-a", "0", path, "PR_ATTACH_DATA_BIN"]
    assert subprocess.run(command, env=home.environment, check=True,
                          capture_output=True).stdout == data
    exported = json.loads(store("export", "--json", path))
    assert values(exported["properties"])["PR_BODY_W"] == "the text"
    assert [values(r)["PR_EMAIL_ADDRESS_W"] for r in exported["recipients"]] == \
        ["bob@example.test", "cee@example.test"]
    attachment, = exported["attachments"]
    assert bytes.fromhex(values(attachment["properties"])["PR_ATTACH_DATA_BIN"]) == data
    mail = email.message_from_string(store("export", "--eml", path), policy=email.policy.default)
    assert mail["Subject"] == "Grüße / 1" and mail["From"] == "Ann Sender <ann@example.test>"
    assert [part.get_content() for part in mail.iter_attachments()] == [data]


def test_changing(store):
    path = only(store, "Sent Items")
    keywords = "PS_PUBLIC_STRINGS/Keywords:PT_MV_UNICODE"
    store("set", path, "PR_SUBJECT=new", f"{keywords}=red, green", "PR_IMPORTANCE=2",
          "PR_CLIENT_SUBMIT_TIME=2024-05-06T07:08:09Z", "0x66E70014=-5")
    shown = values(json.loads(store("show", "--json", path))["properties"])
    assert shown["PR_SUBJECT_W"] == "new" and shown["PS_PUBLIC_STRINGS/Keywords"] == ["red", "green"]
    assert shown["PR_CLIENT_SUBMIT_TIME"] == "2024-05-06T07:08:09Z" and shown["0x66E70014"] == -5
    assert store("get", path, "PR_IMPORTANCE") == "2 (IMPORTANCE_HIGH)\n"
    store("set", path, "PR_IMPORTANCE=1", f"{keywords}=")
    assert "Keywords" not in store("show", path)


@pytest.mark.parametrize("assignment, words", [
    ("PR_IMPORTANCE=high", '"high" is no PT_LONG'), ("PR_NOTHING=1", '"PR_NOTHING" is no property'),
    ("PR_SUBJECT", "is no PROPERTY=VALUE"), ("PR_CLIENT_SUBMIT_TIME=noon", "is no PT_SYSTIME"),
    ("PR_SEARCH_KEY=xyz", "is no PT_BINARY"),
])
def test_what_cannot_be_set_changes_nothing(home, store, assignment, words):
    path = only(store, "Sent Items")
    done = home.run("emapi", "store", "set", path, "PR_SUBJECT=new", assignment, code=None)
    assert done.returncode in (64, 65) and words in done.stderr
    assert store("get", path, "PR_SUBJECT", "--raw") == "Grüße / 1"


def test_folders(home, store):
    path = only(store, "Sent Items")
    store("mkdir", "Inbox/a", "Inbox/a/b", "c")
    store("cp", path, "Inbox/a")
    copy = only(store, "Inbox/a")
    assert store("diff", path, copy) == ""
    store("set", copy, "PR_SUBJECT=other")
    differences = store("diff", path, copy, code=1)
    assert '+ PR_SUBJECT_W                         "other"' in differences
    assert '"Grüße / 1"' in differences and "PR_ENTRYID" not in differences
    store("mv", "Inbox/a", "c")
    assert only(store, "c/a") and store("ls", "c/a/b") == ""
    assert "is not empty" in home.run("emapi", "store", "rm", "c/a", code=65).stderr
    store("rm", "-r", "c/a")
    assert "the store has no \"c/a\"" in home.run("emapi", "store", "ls", "c/a", code=66).stderr
    store("rm", path)
    assert listed(store, "Sent Items") == []


def test_changes_are_told_as_json(home, store):
    def told(*arguments, **options):
        return json.loads(store(*arguments, "--json", **options))

    path = only(store, "Sent Items")
    assert told("mkdir", "Inbox/a", "c") == {"made": ["Inbox/a", "c"]}
    assert told("cp", path, "Inbox/a", "c") == {"copied": [path, "Inbox/a"], "to": "c"}
    assert told("mv", "Inbox/a", "c/a") == {"moved": ["Inbox/a"], "to": "c/a"}
    assert told("set", path, "PR_SUBJECT=new") == {"set": [path]}
    assert told("set", path, "PR_SUBJECT=new", "PR_IMPORTANCE=x", code=65) == {"set": []}
    assert told("mkdir", "c/b", "Nowhere/x", code=66) == {"made": ["c/b"]}
    assert told("rm", path, "Nowhere", code=66) == {"removed": [path]}
    assert told("rm", "-r", "c") == {"removed": ["c"]}


def test_watch(home, store):
    watching = subprocess.Popen(["emapi", "store", "watch", "--json", "--count", "1"],
                                env=home.environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
    try:
        assert "watching" in watching.stderr.readline()
        store("mkdir", "Inbox/seen")
        out, _ = watching.communicate(timeout=20)
    finally:
        watching.kill()
    event = json.loads(out.splitlines()[0])
    assert event["event"] in ("created", "modified") and "folder" in event
    assert watching.returncode == 0


def test_check(home, store):
    assert store("check") == "The store is whole.\n"
    assert json.loads(store("check", "--json")) == {"whole": True, "problems": []}
    home.stop()
    with sqlite3.connect(home.data / "test.store") as db:
        db.execute("UPDATE folder SET contents = 7 WHERE name = 'Sent Items'")
    assert "(Sent Items): its count of messages says 7, and there is 1" in store("check", code=65)


def test_backup(home, store):
    copy = home.folder / "copy.store"
    writer = subprocess.Popen(
        ["sh", "-c", "for i in 1 2 3 4 5; do mapisend --wait 0 --to b@example.test -s $i --body x; done"],
        env=home.environment)
    store("backup", copy)
    assert writer.wait(60) == 0
    assert copy.stat().st_mode & 0o777 == 0o600 and not list(home.folder.glob("copy.store.part*"))
    assert "is there already" in home.run("emapi", "store", "backup", copy, code=73).stderr
    assert "no folder" in home.run("emapi", "store", "backup", "none/x", code=73).stderr
    home.run("emapi", "profile", "create", "restored", "--from", "ann@example.test",
             "--pickup", home.folder / "pickup", "--store", copy)
    assert store("check", "--profile", "restored") == "The store is whole.\n"
    assert "Grüße / 1" in [m["subject"] for m in json.loads(
        store("ls", "--json", "--profile", "restored", "Sent Items"))["messages"]]


@pytest.mark.parametrize("arguments, code, words", [
    (("ls", "Nowhere"), 66, "emapi store tree"), (("show", "Inbox#99"), 66, "the store has no"),
    (("ls", "."), 64, "is no folder"), (("export", "--eml", "Inbox"), 64, "is no message"),
    (("export", "Inbox#1"), 64, "one of --eml, --msg and --json"), (("get", "Inbox"), 64, "are needed"),
    (("ls", "--store", "x"), 66, 'no store "x"'), (("ls", "--profile", "x"), 78, "x"),
    (("show", "00" * 32), 66, "the store has no"), (("rm", "."), 64, "not removed this way"),
])
def test_errors(home, arguments, code, words):
    home.pickup_profile()
    assert words in home.run("emapi", "store", *arguments, code=code).stderr
