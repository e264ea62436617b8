# SPDX-License-Identifier: MIT
"""emapi explain: what it says of a message is what the servers' own logs say of it."""

import json
import os
import pathlib
import re
import subprocess

import pytest
from conftest import needs_root
from mailserver import free_port, wait_until
from scripted_smtp import Peer, Thinking

ANSWERS = ["Does it need Outlook?", "Does it need an Exchange server?",
           "Is there an SMTP server in the path?", "What did it reply?",
           "Does this count as sending through the company's Exchange?",
           "Where is the message now?"]


def explain(home, *arguments, code=0):
    told = json.loads(home.run("emapi", "explain", *arguments, "--json", code=code).stdout)
    assert [a["question"] for a in told["answers"]] == ANSWERS
    told["answers"] = {a["question"]: a["answer"] for a in told["answers"]}
    told["by"] = {}
    for step in told["steps"]:
        text = "\n".join([step["text"], *step["details"]])
        told["by"].setdefault(step["title"], []).append(text)
    return told


def plain(home, peer, *options):
    home.profile("test", "--from", "Ann <ann@example.test>", "--smtp", f"localhost:{peer.port}",
                 "--tls", "none", *options)


def send(home, *options, to="bob@example.test"):
    return home.run("mapisend", "--to", to, "--subject", "Nightly report", "--body", "x", *options)


@needs_root
def test_says_what_postfix_says(home, mail_system):
    home.smtp_profile(mail_system)
    send(home, to="carol@example.test")
    told = explain(home)
    transport, = told["by"]["Transport"]
    queue_id = re.search(r"queued as (\w+)", told["answers"]["What did it reply?"]).group(1)
    log = mail_system.postfix.log()
    assert re.search(rf"{queue_id}: client=localhost\[127.0.0.1\].*sasl_username=ann", log)
    assert f"{queue_id}: from=<ann@example.test>" in log
    connection = re.search(r"TLS connection established from localhost\[127.0.0.1\]: (TLSv\S+) "
                           r"with cipher (\S+)", log)
    assert connection.group(1) in transport and connection.group(2) in transport
    assert f"{mail_system.postfix.port}" in transport and "127.0.0.1" in transport
    assert "emapi test authority" in transport and "as ann" in transport
    assert queue_id in told["answers"]["Where is the message now?"]
    assert "Sent Items" in told["answers"]["Where is the message now?"]
    assert "secret" not in json.dumps(told)


def test_tells_the_client_the_profile_and_each_step(home):
    with Peer() as peer:
        plain(home, peer)
        send(home, to="bob@example.test,carol@example.test")
        wait_until(lambda: explain(home)["state"] == "filed", lambda: explain(home))
        told = explain(home)
        assert told["subject"] == "Nightly report"
        program, = told["by"]["Program"]
        assert program.startswith("mapisend (process ") and "SubmitMessage" in program
        assert told["by"]["Profile"] == ['"test": it is the default profile']
        recipients, = told["by"]["Recipients"]
        assert "bob@example.test" in recipients and "carol@example.test" in recipients
        transport, = told["by"]["Transport"]
        for said in ("> MAIL FROM:<ann@example.test>", "> RCPT TO:<carol@example.test>",
                     "no login", "no TLS"):
            assert said in transport
        assert re.search(r"^ +\d+\.\d{3} > MAIL", transport, re.M)
        text = home.run("emapi", "explain", "last").stdout
        assert text.startswith("Message ") and ' 1  Program  ' in text
        for question in ANSWERS:
            assert question in text


CALLS = """
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "test", None, mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)
rows = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
_, ((_, outbox),) = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID,), 0)
message = store.OpenEntry(outbox, None, mapi.MAPI_BEST_ACCESS).CreateMessage(None, 0)
message.SetProps([(mapitags.PR_SUBJECT_W, "A password: wonderland")])
message.SetProps([(mapitags.PR_BODY_W, "x")])
message.ModifyRecipients(mapi.MODRECIP_ADD, [
    ((mapitags.PR_RECIPIENT_TYPE, 1), (mapitags.PR_ADDRTYPE_W, "SMTP"),
     (mapitags.PR_EMAIL_ADDRESS_W, "bob@example.test"), (mapitags.PR_DISPLAY_NAME_W, "Bob"))])
_, attachment = message.CreateAttach(None, 0)
attachment.SetProps([(mapitags.PR_ATTACH_METHOD, 1), (mapitags.PR_ATTACH_DATA_BIN, b"x")])
attachment.SaveChanges(0)
message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
again = len(__import__("sys").argv) > 1
if again:
    _, ((_, entry),) = message.GetProps((mapitags.PR_ENTRYID,), 0)
    message = store.OpenEntry(entry, None, mapi.MAPI_BEST_ACCESS)
message.SubmitMessage(0)
"""


def test_tells_the_calls_that_made_the_message(home):
    """What a porting person wants to see: which calls, with which flags, in words."""
    script = home.folder / "port.py"
    script.write_text(CALLS)
    with Peer() as peer:
        plain(home, peer)
        home.run("/usr/bin/python3", script, "wonderland")
        opened, = explain(home)["by"]["Program"]
        home.run("/usr/bin/python3", script)
        made, = explain(home)["by"]["Program"]
    assert made.startswith(f"python3 {script} (process ")
    assert 'MAPILogonEx (MAPI_NEW_SESSION|MAPI_EXTENDED), profile "test"' in made
    assert "OpenMsgStore (MDB_WRITE): the default store" in made
    assert "CreateMessage in the Outbox, SetProps 2, ModifyRecipients, CreateAttach, SaveChanges\n" \
        in made
    assert "OpenEntry in the Outbox\n" in opened
    assert "wonderland" not in opened + made


def test_a_message_of_before_is_told_from_its_lines(home):
    """Messages that were submitted before the short form carry lines in PR_EMAPI_JOURNEY."""
    with Peer() as peer:
        plain(home, peer)
        send(home)
        wait_until(lambda: explain(home)["state"] == "filed", lambda: explain(home))
        home.run("/usr/bin/python3", "-c", BEFORE)
        told = explain(home)
    program, = told["by"]["Program"]
    assert program.startswith("oldprogram (process 77, user ann) made the message")
    assert 'MAPILogonEx, profile "test"' in program and "OpenMsgStore" not in program
    assert told["by"]["Profile"] == ['"test": a reason of old']


BEFORE = """
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
rows = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
_, ((_, sent),) = store.GetProps((mapitags.PR_IPM_SENTMAIL_ENTRYID,), 0)
table = store.OpenEntry(sent, None, mapi.MAPI_BEST_ACCESS).GetContentsTable(0)
(((_, entry),),) = mapi.HrQueryAllRows(table, (mapitags.PR_ENTRYID,), None, None, 0)
message = store.OpenEntry(entry, None, mapi.MAPI_BEST_ACCESS)
message.DeleteProps((mapitags.PROP_TAG(mapitags.PT_BINARY, 0x66E9),))
message.SetProps([(mapitags.PROP_TAG(mapitags.PT_MV_STRING8, 0x66E6), [
    "* program: oldprogram", "* process: 77", "* user: ann", "* profile: test",
    "* profile-because: a reason of old", "* logon: 2026-01-01T00:00:00.000Z",
    "* submit: 2026-01-01T00:00:01.000Z"])])
message.SaveChanges(0)
"""


def test_a_second_message_over_the_same_connection_is_told_whole(home):
    with Peer() as peer:
        plain(home, peer)
        for _ in range(2):
            send(home)
            transport, = explain(home)["by"]["Transport"]
            assert f"connection localhost [127.0.0.1]:{peer.port}" in transport


def test_knows_exchange_by_its_greeting(home):
    greeting = "220 mail.corp.test Microsoft ESMTP MAIL Service ready at Sat, 28 Nov 2026"
    with Peer(greeting=greeting) as peer:
        plain(home, peer)
        before = explain(home, "--to", "bob@example.test")
        send(home)
        for told in (before, explain(home)):
            answers = told["answers"]
            assert "one by its own greeting" in answers["Does it need an Exchange server?"]
            company = answers["Does this count as sending through the company's Exchange?"]
            assert company.startswith("Yes") and "Exchange" in company


def test_a_greylisted_message(home):
    with Peer(rcpt="451 4.7.1 Greylisted, come back later") as peer:
        plain(home, peer)
        send(home)
        told = explain(home)
        assert told["state"] == "waiting"
        outcome, = told["by"]["Outcome"]
        assert "Greylisted" in outcome and "goes through within minutes" in outcome
        assert "next try at" in outcome
        assert "Outbox" in told["answers"]["Where is the message now?"]


def test_a_refused_message(home):
    with Peer(rcpt="550 5.1.1 nobody here") as peer:
        plain(home, peer)
        send(home)
        told = explain(home)
        assert told["state"] == "failed"
        assert "Nobody has it" in told["answers"]["Where is the message now?"]
        assert "550 5.1.1 nobody here" in told["answers"]["What did it reply?"]


def test_a_held_queue(home):
    with Peer(ehlo=["AUTH PLAIN"], users={"ann": "right"}) as peer:
        plain(home, peer, "--user", "ann", "--password-command", "echo wrong horse")
        send(home)
        told = explain(home)
        assert told["state"] == "held" and "535" in json.dumps(told)
        assert "wrong horse" not in json.dumps(told)


def test_before_anything_is_sent(home):
    with Peer(ehlo=["SIZE 12345678"]) as peer:
        plain(home, peer)
        told = explain(home, "--to", "bob@example.test")
        transport, = told["by"]["Transport"]
        assert "size limit 12345678 bytes" in transport and f":{peer.port}" in transport
        assert told["by"]["Sender"] == ["Ann <ann@example.test>"]
        assert peer.seen("RCPT") == [] and peer.messages == [] and home.queue("--all") == []
    told = explain(home, "--to", "bob@example.test")
    assert "FAILED" in told["by"]["Check"][0]


def test_by_message_id(home):
    with Peer() as peer:
        plain(home, peer)
        send(home)
        name = re.search(rb"^Message-ID: <(.*)>", peer.messages[0], re.M | re.I).group(1).decode()
        first = explain(home)
        send(home)
        for form in (name, f"<{name}>"):
            assert explain(home, "--message-id", form)["id"] == first["id"]
    done = home.run("emapi", "explain", "--message-id", "<no@where>", code=66)
    assert "<no@where>" in done.stderr and "Sent Items" in done.stderr


def test_pickup_folder(home):
    home.pickup_profile()
    send(home)
    told = explain(home)
    assert "no SMTP server" in told["answers"]["Is there an SMTP server in the path?"]
    assert told["answers"]["Does it need an Exchange server?"].startswith("No.")
    assert ".eml" in told["answers"]["What did it reply?"]


def test_what_cannot_be_explained(home):
    home.pickup_profile()
    assert "no message" in home.run("emapi", "explain", "ABCD", code=66).stderr
    assert "one of" in home.run("emapi", "explain", "x", "--to", "y", code=64).stderr


# --- Against real servers ---

def log_of(system, queue_id):
    """Postfix's lines of one message, and of the connection that brought it."""
    lines = system.postfix.log().splitlines()
    client = next(line for line in lines if f"{queue_id}: client=" in line)
    process = re.search(r"smtpd\[(\d+)\]", client).group(1)
    return "\n".join(line for line in lines if queue_id in line or f"smtpd[{process}]" in line)


@needs_root
def test_a_bounce_as_postfix_logs_it(home, mail_system):
    home.smtp_profile(mail_system)
    send(home, to="bob@example.test")
    told = explain(home)
    recipient, = told["recipients"]
    assert told["state"] == "failed" and recipient["code"] == 550 and recipient["enhanced"] == "5.1.1"
    said, = set(re.findall(r"NOQUEUE: reject: RCPT from localhost\[127.0.0.1\]: (550 5.1.1 .*?); from",
                           mail_system.postfix.log()))
    assert said in told["answers"]["What did it reply?"]
    assert "Nobody has it" in told["answers"]["Where is the message now?"]
    assert recipient["meaning"].startswith("There is no such mailbox")


@needs_root
def test_a_greylisting_that_passes_as_postfix_logs_it(home, mail_system):
    refuse = {"bob@example.test": "550 5.1.1 no such person here",
              "greylisted@example.test": "450 4.2.0 come back later"}
    home.smtp_profile(mail_system)
    send(home, to="greylisted@example.test")
    waiting = explain(home)
    assert waiting["state"] == "waiting" and waiting["next_try"] > waiting["submitted"]
    first, = waiting["attempts"]
    said = re.findall(r"NOQUEUE: reject: RCPT from localhost\[127.0.0.1\]: (450 4.2.0 .*?); from",
                      mail_system.postfix.log())[-1]
    assert any(line.startswith(f"< {said}") for line in first["dialogue"])
    assert "next-try" in first["facts"]
    mail_system.postfix.refuse({})
    try:
        home.run("emapi", "queue", "run", "--wait", "20")
        told = explain(home)
    finally:
        mail_system.postfix.refuse(refuse)
    assert told["state"] == "filed" and told["id"] == waiting["id"] and len(told["attempts"]) == 2
    queue_id = told["recipients"][0]["queue_id"]
    log = log_of(mail_system, queue_id)
    facts = told["attempts"][1]["facts"]
    tls = re.search(r"established from localhost\[127.0.0.1\]: (TLSv\S+) with cipher (\S+)", log)
    assert tls.group(1) in facts["tls"] and tls.group(2) in facts["tls"]
    assert re.search(rf"{queue_id}: client=.*sasl_method=(\S+), sasl_username=ann", log).group(1) \
        in facts["login"]
    assert facts["server"] == f"localhost [127.0.0.1]:{mail_system.postfix.port}"
    assert "next-try" not in facts
    assert queue_id in told["answers"]["Where is the message now?"]


@needs_root
def test_a_held_queue_as_postfix_logs_it(home, mail_system):
    home.smtp_profile(mail_system, "test", "not the password of ann")
    send(home, to="carol@example.test")
    told = explain(home)
    assert told["state"] == "held"
    said = re.findall(r"SASL \S+ authentication (?:failed|aborted)", mail_system.postfix.log())
    assert said
    attempt, = told["attempts"]
    assert any(line.startswith("< 535 ") for line in attempt["dialogue"])
    assert "login" not in attempt["facts"] and attempt["facts"]["tls"].startswith("TLSv1")
    assert "not the password" not in json.dumps(told)
    assert "Outbox" in told["answers"]["Where is the message now?"]


SPLIT = """
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
rows = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), (mapitags.PR_ENTRYID,), None, None, 0)
store = session.OpenMsgStore(0, rows[0][0][1], None, mapi.MDB_WRITE)
_, ((_, outbox),) = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID,), 0)
message = store.OpenEntry(outbox, None, mapi.MAPI_BEST_ACCESS).CreateMessage(None, 0)
message.SetProps([(mapitags.PR_SUBJECT_W, "Split"), (mapitags.PR_BODY_W, "x")])
message.ModifyRecipients(mapi.MODRECIP_ADD, [
    ((mapitags.PR_RECIPIENT_TYPE, 1), (mapitags.PR_ADDRTYPE_W, kind),
     (mapitags.PR_EMAIL_ADDRESS_W, address), (mapitags.PR_DISPLAY_NAME_W, address))
    for kind, address in (("SMTP", "carol@example.test"), ("TEST", "took"))])
message.SubmitMessage(0)
"""


@needs_root
def test_a_split_between_two_transports(home, mail_system):
    """One recipient goes to Postfix, the other by a transport for addresses of another type."""
    built = pathlib.Path(os.environ["EMAPI_SPOOLER"]).parent
    home.environment["EMAPI_PROVIDER_PATH"] += f":{built}"
    home.smtp_profile(mail_system)
    with home.profile_file().open("a") as file:
        file.write("\n[Provider 0123456789ABCDEF0123456789ABCDEF]\nType=transport\n"
                   f"Module=emapi_test_xp.so\nDisplayName=Other way\nPath={home.folder}/other\n")
    home.run("/usr/bin/python3", "-c", SPLIT)
    wait_until(lambda: [m["state"] for m in home.queue("--all")] == ["filed"],
               lambda: home.queue("--all"))
    told = explain(home)
    smtp, other = sorted(told["attempts"], key=lambda a: a["transport"] == "Other way")
    assert smtp["facts"]["for"] == "carol@example.test" and other["facts"]["for"] == "took"
    # What a transport that is not needed yet carries, nobody has asked it.
    assert smtp["facts"]["transport-because"] in (
        "no other in the profile carries SMTP addresses",
        "the first in the profile that carries SMTP addresses")
    assert "no other in the profile carries TEST addresses" == other["facts"]["transport-because"]
    queue_id, = {r["queue_id"] for r in told["recipients"] if r["queue_id"]}
    assert f"{queue_id}: from=<ann@example.test>" in mail_system.postfix.log()
    assert f"{queue_id}: to=<carol@example.test>" in wait_until(
        lambda: f"{queue_id}: to=" in mail_system.postfix.log() and mail_system.postfix.log(), "it is sent")
    where = told["answers"]["Where is the message now?"]
    assert queue_id in where and "The transport took it" in where
    shown = "\n".join(told["by"]["Transport"])
    assert "for        carol@example.test" in shown and "for        took" in shown


def test_what_cannot_be_reached_is_told_with_the_way_around(home):
    """Failover: two lines of why."""
    with Peer() as peer:
        plain(home, peer)
        path = home.profile_file()
        text = path.read_text().replace(f"Port={peer.port}", f"Port={free_port()}")
        section = re.search(r"\[Provider \w+\]\n(?=[^\[]*Type=transport)[^\[]*", text).group(0)
        second = re.sub(r"Provider \w+", "Provider 0123456789ABCDEF0123456789ABCDEF", section)
        path.write_text(text + "\n" + re.sub(r"Port=\d+", f"Port={peer.port}", second))
        send(home)
        wait_until(lambda: explain(home)["state"] == "filed", lambda: explain(home))
        told = explain(home)
    attempt, = told["attempts"]
    assert attempt["facts"]["transport-because"].startswith("what stands before it")
    assert attempt["facts"]["server"].endswith(str(peer.port))
    assert any("Connection refused" in line for line in attempt["dialogue"])


def thinking(home, command, reply, **more):
    """A profile whose server thinks long before it answers that command."""
    server = Thinking(command, reply, **more)
    login = ("--user", "ann", "--password-command", "echo s3cret") if more else ()
    home.profile("work", "--from", "ann@example.test", "--smtp",
                 f"localhost:{server.peer.port}", "--tls", "none", *login)
    return server


WITH_LOGIN = {"ehlo": ["AUTH PLAIN"], "users": {"ann": "s3cret"}}


def test_mapisend_tells_the_dialogue_as_it_happens(home):
    """Each line is there before the server has answered the next one; a lookup of the recipient
    that takes long is seen as such."""
    with thinking(home, "rcpt", "250 2.1.5 Ok", **WITH_LOGIN) as server:
        send = subprocess.Popen(["mapisend", "--explain", "--to", "bob@example.test", "--body", "x"],
                                env=home.environment, text=True, stdout=subprocess.PIPE)
        early = server.lines_before_the_answer(send, "> RCPT TO")
        late, _ = send.communicate(timeout=30)
    assert re.search(r"\n +\d+\.\d{3} > AUTH PLAIN \*{4} +# our login\n", early)
    assert re.search(r"\n +\d+\.\d{3} < 235 .*\n", early) and "s3cret" not in early + late
    assert "1 accepted" in late and "> MAIL FROM" not in late, "once is enough"
    assert [path.name for path in home.folder.glob("**/emapi/live")] == []


def test_emapi_test_tells_the_dialogue_as_it_happens(home):
    with thinking(home, "mail", "550 5.7.1 not you", **WITH_LOGIN) as server:
        test = subprocess.Popen(["emapi", "test", "--explain"], env=home.environment, text=True,
                                stdout=subprocess.PIPE)
        early = server.lines_before_the_answer(test, "> MAIL FROM")
        late, _ = test.communicate(timeout=30)
        assert "< 550 5.7.1 not you" in late and "FAILED  sender" in late
        told = json.loads(home.run("emapi", "test", "--json", code=78).stdout)
    assert "> AUTH PLAIN ****" in early and "s3cret" not in early + late
    dialogue = told["transports"][0]["dialogue"]
    assert any(line.startswith("> MAIL FROM:<ann@example.test>") for line in dialogue)
    assert "s3cret" not in json.dumps(told)


def test_who_looked_on_and_was_killed_is_in_nobodys_way(home):
    send = ["mapisend", "--explain", "--to", "bob@example.test", "--body", "x"]
    with thinking(home, "rcpt", "250 2.1.5 Ok") as server:
        killed = subprocess.Popen(send, env=home.environment, stdout=subprocess.DEVNULL)
        assert server.asked.wait(30)
        killed.kill()
        killed.wait()
        server.answer.set()
        wait_until(lambda: len(server.peer.messages) == 1, lambda: home.queue("--all"))
        left, = (home.state / "live").iterdir()
        os.utime(left, (0, 0))
        assert "1 accepted" in home.run(*send).stdout
    assert list((home.state / "live").glob("*")) == []
