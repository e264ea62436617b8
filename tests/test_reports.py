# SPDX-License-Identifier: MIT
"""What a sender is told: reports of non-delivery and of delay in the Inbox, readable as text and by
MAPI's properties; what servers are asked to report; where the original is then."""

import email
import os
import random
import signal
import time

import pytest
from mailserver import free_port, wait_until
from scripted_smtp import Peer
from test_queue import (PR_DELETE_AFTER_SUBMIT, api, in_folder, listed, peer_profile, send, settings,
                        wait_for)

CLASS, SUBJECT, BODY, REPORT_TEXT = "001A001F", "0037001F", "1000001F", "1001001F"
ORIGINAL_SUBJECT, ORIGINAL_TO, ORIGINAL_TIME = "0049001F", "0074001F", "004E0040"
PARENT_KEY, SEARCH_KEY, FLAGS, HAS_ATTACH = "00250102", "300B0102", "0E070003", "0E1B000B"
ADDRESS, REASON, DIAG, STATUS = "3003001F", "0C040003", "0C050003", "0C200003"
INFO, MTA = "0C1B001F", "0C21001F"
PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED = 0x0023000B
PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED = 0x0C08000B
PR_READ_RECEIPT_REQUESTED = 0x0029000B


def inbox(home):
    return api(home, do="folder", name="inbox")


def refuse_bob(line):
    return "550 5.1.1 <bob@example.test>: nobody of that name" if "bob" in line else "250 2.1.5 ok"


def test_one_of_two_refused(home):
    with Peer(rcpt=refuse_bob) as peer:
        peer_profile(home, peer)
        home.run("mapisend", "--to", "Bob <bob@example.test>", "--cc", "ann@example.test",
                 "--subject", "Grüße", "--body", "x")
        report, = inbox(home)
    props, (row,) = report["props"], report["recipients"]
    assert props[CLASS] == "REPORT.IPM.Note.NDR" and props[SUBJECT] == "Undeliverable: Grüße"
    assert "did not reach the recipients below" in props[BODY]
    assert "Bob <bob@example.test>" in props[BODY] and "1 other got it" in props[BODY]
    assert ("localhost [127.0.0.1] said: 550 5.1.1 <bob@example.test>: nobody of that name"
            in props[BODY])
    assert "check the address" in props[BODY] and "folder for sent mail" in props[BODY]
    assert props[REPORT_TEXT] == props[BODY]
    assert props[ORIGINAL_SUBJECT] == "Grüße" and "Bob" in props[ORIGINAL_TO]
    assert abs(props[ORIGINAL_TIME] - time.time()) < 60
    assert int(props[FLAGS]) & 0xD == 0  # unread, not unsent, not submitted
    original, = in_folder(home, "sent", "Grüße")
    assert props[PARENT_KEY] == original["props"][SEARCH_KEY]
    assert props[HAS_ATTACH]
    assert row[ADDRESS] == "bob@example.test"
    assert (row[REASON], row[DIAG], row[STATUS]) == (1, 0, 511)
    assert "nobody of that name" in row[REPORT_TEXT] and row[MTA].startswith("localhost")
    assert "550" in row[INFO]


def relayed(home):
    """The report that a message was handed on; its one recipient's row."""
    report, = inbox(home)
    props, (row,) = report["props"], report["recipients"]
    assert props[CLASS] == "REPORT.IPM.Note.DR" and props[SUBJECT] == "Relayed: on its way"
    assert "You asked for a report of its delivery" in props[BODY]
    assert "did not reach" not in props[BODY] and "got it" not in props[BODY]
    assert props[ORIGINAL_SUBJECT] == "on its way" and props[REPORT_TEXT] == props[BODY]
    assert row[ADDRESS] == "bob@example.test" and row[STATUS] // 100 == 2
    assert REASON not in row and DIAG not in row
    return props, row


def ask(home, to="bob@example.test"):
    api(home, do="submit", subject="on its way", to=[to],
        props=[[PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, True]])
    wait_for(home, "on its way", "filed")


def test_a_server_without_reports_is_reported_for(home):
    with Peer() as peer:
        peer_profile(home, peer)
        ask(home)
        props, row = relayed(home)
        assert "localhost [127.0.0.1] said: 250" in props[BODY] and row[MTA].startswith("localhost")
        send(home, subject="no wish")
        wait_for(home, "no wish", "filed")
        assert len(inbox(home)) == 1


def test_each_of_many_is_reported_for(home):
    """Also those that are sent as one batch."""
    home.environment["EMAPI_SPOOLER"], spooler = "/nonexistent", home.environment["EMAPI_SPOOLER"]
    with Peer() as peer:
        peer_profile(home, peer)
        for number in range(4):
            api(home, do="submit", subject=f"mail {number}", to=["bob@example.test"],
                props=[[PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, True]])
        home.environment["EMAPI_SPOOLER"] = spooler
        home.run("emapi", "queue", "run")
        wait_until(lambda: len(peer.messages) == 4 and not listed(home), lambda: listed(home))
    assert sorted(r["props"][SUBJECT] for r in inbox(home)) == \
        [f"Relayed: mail {number}" for number in range(4)]


def test_a_server_with_reports_sends_them_itself(home):
    with Peer(ehlo=["DSN"]) as peer:
        peer_profile(home, peer)
        ask(home)
        assert inbox(home) == []
        assert any("NOTIFY=SUCCESS" in line for line in peer.seen("RCPT"))


def test_a_pickup_folder_is_reported_for(home):
    home.pickup_profile()
    ask(home)
    relayed(home)


def test_all_refused_files_the_original_and_says_so(home):
    with Peer(rcpt="550 5.7.1 not from here") as peer:
        peer_profile(home, peer)
        done = home.run("mapisend", "--to", "a@example.test,b@example.test", "--subject", "none",
                        "--body", "x")
        assert "Sent Items" in done.stderr and "report about it in the Inbox" in done.stderr
        report, = inbox(home)
    assert "reached none of its recipients" in report["props"][BODY]
    assert len(report["recipients"]) == 2 and report["recipients"][0][DIAG] == 29
    assert len(in_folder(home, "sent", "none")) == 1 and in_folder(home, "outbox", "none") == []
    assert listed(home) == [] and listed(home, "--all")[0]["state"] == "failed"


def test_what_is_deleted_after_it_was_sent_is_in_the_report(home):
    with Peer(rcpt="550 5.1.1 no") as peer:
        peer_profile(home, peer)
        api(home, do="submit", subject="gone", to=["bob@example.test"],
            props=[[PR_DELETE_AFTER_SUBMIT, True]])
        wait_for(home, "gone", "failed")
    report, = inbox(home)
    assert "attached, and kept nowhere else" in report["props"][BODY] and report["props"][HAS_ATTACH]
    embedded, = report["embedded"]
    assert embedded["props"][SUBJECT] == "gone" and "text" in embedded["props"][BODY]
    assert embedded["recipients"][0][ADDRESS] == "bob@example.test"
    for name in ("sent", "outbox"):
        assert in_folder(home, name, "gone") == []


def test_each_failure_is_told_once_at_its_time(home):
    """Bob is refused at once, Carol only at the third try: two reports, one each."""
    later = iter(["450 4.2.0 later", "450 4.2.0 later"])

    def rcpt(line):
        if "carol" in line:
            return next(later, "550 5.2.1 mailbox closed")
        return refuse_bob(line)
    with Peer(rcpt=rcpt) as peer:
        peer_profile(home, peer)
        settings(home, "RetryFirst=1", "RetryMax=1")
        send(home, "bob@example.test,carol@example.test,ann@example.test", "three")
        wait_until(lambda: len(inbox(home)) == 1, "a first report")
        wait_for(home, "three", "filed")
        reports = inbox(home)
    who = sorted(row[ADDRESS] for report in reports for row in report["recipients"])
    assert len(reports) == 2 and who == ["bob@example.test", "carol@example.test"]
    assert "still being tried" in reports[0]["props"][BODY]


def test_delay_is_told_once(home):
    home.environment.update(EMAPI_DELAY_SECONDS="1", EMAPI_RETRY_SECONDS="0.5")
    with Peer(rcpt="450 4.2.0 come back later") as peer:
        peer_profile(home, peer)
        send(home, subject="slow")
        wait_until(lambda: inbox(home), "a report")
        wait_until(lambda: listed(home)[0]["tries"] >= 4, "more tries")
        report, = inbox(home)
    assert report["props"][CLASS] == "REPORT.IPM.Note.Delayed"
    assert report["props"][SUBJECT] == "Delayed: slow"
    assert "no need to send it again" in report["props"][BODY]
    assert "450 4.2.0 come back later" in report["props"][BODY]
    assert "given up after" in report["props"][BODY]
    assert REASON not in report["recipients"][0]


def test_given_up_after_its_lifetime(home):
    home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{free_port()}", "--tls",
                 "none")
    settings(home, "RetryFirst=1", "Lifetime=1")
    send(home, subject="old")
    wait_for(home, "old", "failed")
    report, = inbox(home)
    assert "Given up after" in report["props"][BODY] and "Cannot connect" in report["props"][BODY]


@pytest.mark.parametrize("props,reports", [
    ([[PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED, False]], 0),
    ([[PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED, True]], 1)])
def test_no_report_for_who_wants_none(home, props, reports):
    with Peer(rcpt="550 5.1.1 no") as peer:
        peer_profile(home, peer)
        api(home, do="submit", subject="quiet", to=["bob@example.test"], props=props)
        wait_for(home, "quiet", "failed")
    assert len(inbox(home)) == reports



@pytest.mark.parametrize("notify, reports", [("never", 0), ("failure", 1), (None, 1)])
def test_notify_of_sendmail_decides_about_our_own_report_too(home, notify, reports):
    """RFC 3461 4.1: NEVER is heeded by whoever would write the report."""
    with Peer(rcpt=refuse_bob) as peer:
        peer_profile(home, peer)
        home.run("emapi-sendmail", *(["-N", notify] if notify else []), "bob@example.test",
                 input="Subject: wished\n\nx\n")
        wait_for(home, "wished", "failed")
        assert len(inbox(home)) == reports

def test_cancelled_mail_is_not_reported(home):
    with Peer(rcpt=lambda line: "450 4.2.0 later" if "bob" in line else "250 ok") as peer:
        peer_profile(home, peer)
        send(home, "bob@example.test,ann@example.test", "half")
        wait_until(lambda: [m for m in listed(home) if m["tries"] and m["state"] == "waiting"],
                   "a first try")
        home.run("emapi", "queue", "cancel", "last")
        wait_for(home, "half", "filed")
    assert inbox(home) == []


def test_requests_go_out_with_the_mail(home):
    with Peer(["DSN"]) as peer:
        peer_profile(home, peer)
        api(home, do="submit", subject="asks", to=["bob@example.test"],
            props=[[PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, True],
                   [PR_READ_RECEIPT_REQUESTED, True]])
        wait_for(home, "asks", "filed")
        assert "RET=HDRS ENVID=" in peer.seen("MAIL")[0]
        assert peer.seen("RCPT")[0].endswith("NOTIFY=SUCCESS,FAILURE,DELAY")
        assert b"\nDisposition-Notification-To: Ann <ann@example.test>\r\n" in peer.messages[0]


@pytest.mark.parametrize("kind, what", [("IPNRN", "displayed"), ("IPNNRN", "deleted")])
def test_report_of_reading_goes_out(home, kind, what):
    """RFC 8098: a disposition notification, from nobody by its envelope."""
    with Peer() as peer:
        peer_profile(home, peer)
        api(home, do="submit", subject="Read: lunch", to=["bob@example.test"],
            props=[[0x001A001F, f"REPORT.IPM.Note.{kind}"], [0x1042001F, "<lunch@example.test>"]])
        wait_for(home, "Read: lunch", "filed")
        assert peer.seen("MAIL")[0].split()[:2] == ["MAIL", "FROM:<>"]
        mail = email.message_from_bytes(peer.messages[0])
    assert mail.get_content_type() == "multipart/report"
    fields = mail.get_payload(1).get_payload(0)
    assert fields["Final-Recipient"] == "rfc822; ann@example.test"
    assert fields["Original-Message-ID"] == "<lunch@example.test>"
    assert fields["Disposition"].endswith(f"; {what}")


def workers(home):
    """Process numbers of this home's workers."""
    found = []
    for pid in os.listdir("/proc"):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                line = file.read()
            with open(f"/proc/{pid}/environ", "rb") as file:
                ours = str(home.state).encode().rsplit(b"/", 1)[0] in file.read()
        except OSError:
            continue
        if b"\0--worker\0" in line and ours:
            found.append(int(pid))
    return found


def test_a_killed_worker_tells_once(home):
    """Whenever it dies: every message is reported, none twice."""
    home.environment.update(EMAPI_RETRY_SECONDS="0.2")
    count = 12
    chance = random.Random(4)
    with Peer(rcpt="550 5.1.1 no") as peer:
        peer_profile(home, peer)
        for i in range(count):
            send(home, subject=str(i))
            time.sleep(chance.random() * 0.03)
            for pid in workers(home):
                os.kill(pid, signal.SIGKILL)
        home.run("emapi", "queue", "run")
        for i in range(count):  # three deaths on one message hold it: a person lets it go on
            if [m for m in listed(home) if m["state"] == "held"]:
                for message in listed(home):
                    home.run("emapi", "queue", "retry", message["id"], code=None)
            time.sleep(0.2)
        wait_until(lambda: not listed(home), lambda: f"all are done with: {listed(home)}", 60)
        subjects = sorted(m["props"][ORIGINAL_SUBJECT] for m in inbox(home))
    assert subjects == sorted(str(i) for i in range(count))
