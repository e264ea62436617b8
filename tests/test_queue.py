# SPDX-License-Identifier: MIT
"""The queue as a person sees and changes it: emapi queue list, show, run, retry, hold, release,
cancel; limits, order, and what is sent later."""

import contextlib
import json
import os
import pathlib
import pty
import re
import select
import sqlite3
import threading
import time

import pytest
from mailserver import free_port, wait_until
from scripted_smtp import Peer


API = pathlib.Path(__file__).parent / "api_queue.py"
PR_IMPORTANCE, PR_PRIORITY = 0x00170003, 0x00260003
PR_DEFERRED_SEND_TIME, PR_EXPIRY_TIME = 0x3FEF0040, 0x00150040
PR_DEFERRED_SEND_NUMBER, PR_DEFERRED_SEND_UNITS = 0x3FEB0003, 0x3FEC0003
PR_DELETE_AFTER_SUBMIT = 0x0E01000B


def listed(home, *options):
    return json.loads(home.run("emapi", "queue", "list", "--json", *options).stdout)


def send(home, to="bob@example.test", subject="s", *options):
    """Stores a message without waiting for it."""
    home.run("mapisend", "--to", to, "--subject", subject, "--body", "x", "--wait", "0", *options)


def wait_for(home, subject, state):
    """The message of that subject once it is in that state."""
    def find():
        return [m for m in listed(home, "--all") if m["subject"] == subject and m["state"] == state]
    return wait_until(find, lambda: f"{subject} is {state}: {listed(home, '--all')}")[0]


def api(home, **order):
    """Does something through MAPI (see api_queue.py) and gives what that found."""
    done = home.run("/usr/bin/python3", API, input=json.dumps(order))
    return json.loads(done.stdout)


def in_folder(home, name, subject):
    return [m for m in api(home, do="folder", name=name) if m["props"].get("0037001F") == subject]


def peer_profile(home, peer, name="test", **environment):
    home.environment.update(environment)
    home.profile(name, "--from", "Ann <ann@example.test>", "--smtp", f"localhost:{peer.port}",
                 "--tls", "none")


def tried(home, more_than=0):
    """The one message of the queue after it was tried (again) and put back."""
    return wait_until(lambda: [m for m in listed(home)
                               if m["state"] == "waiting" and m["tries"] > more_than],
                      lambda: f"a try: {listed(home, '--all')}")[0]


@pytest.fixture
def down(home):
    """A home whose only server does not answer, with one message that waits; gives its entry."""
    home.profile("down", "--from", "ann@example.test", "--smtp", f"localhost:{free_port()}",
                 "--tls", "none")
    send(home, "bob@example.test", "waits")
    return tried(home)


def test_show_tells_every_try(home, down):
    short = down["id"][:8]
    shown = home.run("emapi", "queue", "show", short).stdout
    assert shown.startswith(down["id"]) and "bob@example.test: waiting" in shown
    assert "refused for now" in shown and "next try" in shown
    dialogue = home.run("emapi", "queue", "show", "--dialogue", "last").stdout
    assert re.search(r"\* .*localhost", dialogue)
    whole = json.loads(home.run("emapi", "queue", "show", "--json", down["id"].lower()).stdout)
    assert whole["attempts"][0]["text"].startswith("1 refused for now")


@pytest.mark.parametrize("words,code,says", [
    (["show", "xyz"], 65, "is no message's ID"),
    (["show", ""], 65, "is no message's ID"),
    (["show", "0" * 12], 66, "remembers no message"),
    (["retry"], 64, "which message"),
    (["cancel", "0" * 12], 66, "remembers no message"),
    (["run", "all"], 64, "queue retry"),
    (["run", "-p", "none"], 78, "none"),
])
def test_what_cannot_be_meant_is_said(home, down, words, code, says):
    assert says in home.run("emapi", "queue", *words, code=code).stderr
    assert len(listed(home)) == 1


def test_an_ambiguous_beginning_is_refused(home, down):
    for i in range(17):
        send(home, "bob@example.test", str(i))
    wait_until(lambda: len(listed(home)) == 18, "all are listed")
    digits = [m["id"][0] for m in listed(home)]
    twice = next(d for d in digits if digits.count(d) > 1)
    assert "several" in home.run("emapi", "queue", "show", twice, code=65).stderr


def test_hold_release_cancel(home, down):
    key = down["id"][:8]
    assert "held until" in home.run("emapi", "queue", "hold", key).stdout
    assert listed(home)[0]["state"] == "held"
    home.run("emapi", "queue", "run")
    assert listed(home)[0]["state"] == "held"  # running the queue is no release
    assert "released" in home.run("emapi", "queue", "release", key).stdout
    again = home.run("emapi", "queue", "release", key, code=None)
    assert again.returncode in (69, 75) and key in again.stderr
    tried(home, down["tries"])
    wait_until(lambda: home.run("emapi", "queue", "cancel", key, code=None).returncode == 0,
               "it is cancelled")
    assert listed(home) == []
    assert listed(home, "--all")[0]["state"] == "cancelled"
    assert "not in the queue" in home.run("emapi", "queue", "retry", key, code=69).stderr


def test_retry_tries_now(home, down):
    home.run("emapi", "queue", "retry", "last")
    tried(home, down["tries"])


def test_run_waits_for_the_end(home):
    home.pickup_profile()
    for i in range(5):
        send(home)
    home.run("emapi", "queue", "run", "--wait", "30")
    assert len(home.picked_up()) == 5 and listed(home) == []


def test_run_says_what_still_waits(home, down):
    done = home.run("emapi", "queue", "run", "--wait", "10", code=75)
    assert "1 message waits for a later try, 0 are held" in done.stderr and "safe" in done.stderr


def test_progress_is_shown_on_a_terminal(home):
    with Peer(final=lambda line: (time.sleep(0.3), "250 2.0.0 ok")[1]) as peer:
        peer_profile(home, peer)
        for i in range(4):
            send(home)
        master, slave = pty.openpty()
        pid = os.fork()
        if not pid:
            os.dup2(slave, 2)
            os.execvpe("emapi", ["emapi", "queue", "run", "--wait", "20"], home.environment)
        os.close(slave)
        seen = b""
        while select.select([master], [], [], 20)[0]:
            try:
                seen += os.read(master, 4096)
            except OSError:
                break
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert re.search(rb"\d done, \d to go, \d+/s", seen) and seen.endswith(b"\r\x1b[K")


def test_list_is_limited_and_pages(home, down):
    for i in range(250):
        send(home, "bob@example.test", str(i))
    wait_until(lambda: len(listed(home)) == 251, "all are listed", 60)
    first = listed(home, "--limit", "3")
    assert [m["id"] for m in first] == [m["id"] for m in listed(home)][:3]


def subjects(peer):
    """What the server has taken, in order."""
    return [re.search(rb"^Subject: (.*?)\r?$", m, re.M).group(1).decode() for m in peer.messages]


def settings(home, *assignments):
    home.run("emapi", "profile", "set", "test", *assignments)


def test_mail_leaves_in_the_order_of_its_submission(home):
    with Peer() as peer:
        peer_profile(home, peer)
        names = [str(i) for i in range(30)]
        for name in names:
            send(home, subject=name)
        wait_until(lambda: len(peer.messages) == 30, "all are sent")
        assert subjects(peer) == names


def copy_queued(home, count):
    """Copies of the one message in the store's queue, by SQL, with numbers from 1 for subjects."""
    path, = home.data.glob("*.store")
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        message, = db.execute("SELECT message FROM queue").fetchone()

        def copied(table, key, **changed):
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(changed.get(name, name) for name in names)
            db.execute(f"WITH n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<{count})"
                       f" INSERT INTO {table} SELECT {values} FROM n, {table} WHERE {key}={message}")
        new = f"{message}+1000+i"
        copied("message", "id", id=new, queued=new, subject="CAST(i AS TEXT)",
               search_key="randomblob(16)", subject_key="randomblob(8)")
        copied("recipient", "message", id="NULL", message=new)
        copied("queue", "message", seq=new, message=new)


def test_a_long_queue_leaves_in_order_while_another_reads_on_in_it(home):
    """A long queue is read bit by bit: by a worker that opens no connection, while the first one
    sends what is known.  The server keeps a reply back until the one before is acknowledged (Nagle):
    it would be 20 messages a second if that took the kernel's 40 ms."""
    with Peer(["PIPELINING"], rcpt="451 4.3.0 later",
              data_reply=lambda line: (time.sleep(0.002), "354 go on")[1]) as peer:
        peer_profile(home, peer)
        send(home, subject="0")
        tried(home)
        home.stop()
        copy_queued(home, 1000)
        peer.settings["rcpt"] = "250 ok"
        before = peer.connections
        home.run("emapi", "queue", "run")
        wait_until(lambda: len(home.living()) == 3, "scheduler, one that sends, one that reads")
        wait_until(lambda: len(peer.messages) == 1001, "all arrive", 30)
        assert subjects(peer) == [str(i) for i in range(1001)]
        assert peer.connections == before + 1


def test_urgent_mail_goes_first(home):
    """Importance is priority in the queue: what waits is overtaken."""
    started = threading.Event()
    with Peer(data_reply=lambda line: (started.wait(10), "354 go on")[1]) as peer:
        peer_profile(home, peer)
        settings(home, "MaxConnections=1")
        send(home, subject="first")
        wait_until(lambda: peer.seen("DATA"), "the first is on its way")
        for subject, props in (("low", [[PR_IMPORTANCE, 0]]), ("normal", []),
                               ("urgent", [[PR_PRIORITY, 1]]), ("high", [[PR_IMPORTANCE, 2]])):
            api(home, do="submit", subject=subject, to=["bob@example.test"], props=props)
        wait_until(lambda: len(listed(home)) == 5, "all wait")
        started.set()
        wait_until(lambda: len(peer.messages) == 5, "all are sent")
        assert subjects(peer) == ["first", "urgent", "high", "normal", "low"]


def test_a_slow_message_does_not_stop_the_others(home):
    """The server takes its time over one message; the next one overtakes it by a connection of its
    own."""
    slow = threading.Event()
    first = iter([True])
    with Peer(data_reply=lambda line: (next(first, False) and slow.wait(20), "354 go on")[1]) as peer:
        peer_profile(home, peer)
        send(home, subject="slow")
        wait_until(lambda: peer.seen("DATA"), "the first is on its way")
        send(home, subject="quick")
        wait_for(home, "quick", "filed")
        assert subjects(peer) == ["quick"] and peer.connections == 2
        slow.set()
        wait_for(home, "slow", "filed")
        # Two workers have a connection and nothing to do: one of them looks what there is.
        send(home, subject="later")
        wait_for(home, "later", "filed")


def test_a_slow_message_does_not_stop_the_others_of_a_changed_profile(home):
    """The worker that has it is to be renewed, but not before it is done."""
    slow = threading.Event()
    first = iter([True])
    with Peer(data_reply=lambda line: (next(first, False) and slow.wait(60), "354 go on")[1]) as peer:
        peer_profile(home, peer)
        send(home, subject="slow")
        wait_until(lambda: peer.seen("DATA"), "the first is on its way")
        home.run("emapi", "profile", "set", "test", "Timeout=200")
        send(home, subject="quick")
        wait_for(home, "quick", "filed")
        assert subjects(peer) == ["quick"]
        slow.set()
        wait_for(home, "slow", "filed")


def test_a_slow_message_does_not_stop_its_batch(home):
    """Four are due at once and given to one worker; what waits there behind a slow one goes another
    way, in its order, and nothing goes twice."""
    slow = threading.Event()
    first = iter([True])
    with Peer(rcpt="451 4.3.0 later", data_reply=lambda line: (
            next(first, False) and slow.wait(60), "354 go on")[1]) as peer:
        peer_profile(home, peer)
        for name in "abcd":
            send(home, subject=name)
        wait_until(lambda: sum(m["tries"] > 0 and m["state"] == "waiting" for m in listed(home)) == 4,
                   "all are refused for now")
        peer.settings["rcpt"] = "250 ok"
        home.run("emapi", "queue", "run")
        for name in "bcd":
            wait_for(home, name, "filed")
        assert subjects(peer) == ["b", "c", "d"]
        slow.set()
        wait_for(home, "a", "filed")
        assert subjects(peer) == ["b", "c", "d", "a"]


def test_parallel_connections_are_limited(home):
    """MaxConnections=3: three at a time, and no more."""
    now, most, lock = 0, 0, threading.Lock()

    def data(line):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.3)
        with lock:
            now -= 1
        return "354 go on"
    with Peer(data_reply=data) as peer:
        peer_profile(home, peer)
        settings(home, "MaxConnections=3")
        for i in range(12):
            send(home, subject=str(i))
        wait_until(lambda: len(peer.messages) == 12, "all are sent")
        assert most == 3
        assert sorted(subjects(peer)) == sorted(str(i) for i in range(12))


def test_messages_a_minute_are_limited_also_after_a_restart(home):
    with Peer() as peer:
        peer_profile(home, peer)
        settings(home, "MaxPerMinute=40")  # four at once, then one in 1.67 s
        for i in range(10):
            send(home, subject=str(i))
        wait_until(lambda: len(peer.messages) >= 4, "a first burst")
        before = time.monotonic()
        home.stop()
        home.run("emapi", "queue", "run")
        time.sleep(1)
        assert len(peer.messages) <= 6
        wait_until(lambda: len(peer.messages) >= 7, "more")
        assert time.monotonic() - before > 3
        assert "waiting" in {m["state"] for m in listed(home)}


def test_a_preset_brings_the_limits_of_a_service(home):
    with Peer(["PIPELINING"]) as peer:
        peer_profile(home, peer)
        settings(home, "Preset=amazon-ses")
        send(home, ",".join(f"r{i}@example.test" for i in range(120)), "many")
        wait_for(home, "many", "filed")
        assert len(peer.messages) == 3 and len(peer.seen("RCPT")) == 120
        unknown = home.run("emapi", "profile", "set", "test", "Preset=nonsense", code=64)
        assert "exchange-online" in unknown.stderr


def test_retries_follow_the_profile(home):
    replies = iter(["450 4.2.0 later", "450 4.2.0 later"])
    with Peer(rcpt=lambda line: next(replies, "250 ok")) as peer:
        peer_profile(home, peer)
        settings(home, "RetryFirst=1", "RetryMax=1")
        send(home, subject="thrice")
        message = wait_for(home, "thrice", "filed")
        assert message["recipients"][0]["tries"] == 3 and len(peer.messages) == 1


def test_a_short_life_ends_in_a_failure(home):
    with Peer(rcpt="450 4.2.0 later") as peer:
        peer_profile(home, peer)
        settings(home, "RetryFirst=1", "Lifetime=1")
        send(home, subject="short")
        message = wait_for(home, "short", "failed")
        assert message["recipients"][0]["reply"].startswith("Given up after")
        assert "450" in message["recipients"][0]["reply"] or "4.2.0" in str(message)


def test_a_server_that_is_back_gets_what_waited_for_it_at_once(home):
    """Nobody waits an hour for a server that answers again: the next message through lets all go."""
    with Peer(greeting=lambda c: c.say("421 4.3.2 not now")) as peer:
        peer_profile(home, peer)
        for i in range(5):
            send(home, subject=str(i))
        wait_until(lambda: [m["tries"] for m in listed(home) if m["state"] == "waiting"] == [1] * 5,
                   "all were tried")
        assert peer.connections < 5  # nobody is hammered
        peer.settings["greeting"] = "220 here again"
        home.run("emapi", "queue", "retry", "last")
        wait_until(lambda: len(peer.messages) == 5, lambda: f"all are sent {listed(home)}")


def test_send_later_survives_a_restart(home):
    home.pickup_profile()
    api(home, do="submit", subject="later", to=["bob@example.test"],
        props=[[PR_DEFERRED_SEND_TIME, time.time() + 3]])
    api(home, do="submit", subject="past", to=["bob@example.test"],
        props=[[PR_DEFERRED_SEND_TIME, time.time() - 3]])
    wait_for(home, "past", "filed")
    message = wait_for(home, "later", "waiting")
    assert "sent later" in message["text"] and message["next_try"] > time.time()
    home.stop()
    home.run("emapi", "queue", "run")  # runs the queue: no reason to send it early
    assert len(home.picked_up()) == 1
    wait_for(home, "later", "filed")
    assert len(home.picked_up()) == 2


def test_send_later_by_number_and_unit_and_send_now_after_all(home):
    home.pickup_profile()
    api(home, do="submit", subject="week", to=["bob@example.test"],
        props=[[PR_DEFERRED_SEND_NUMBER, 1], [PR_DEFERRED_SEND_UNITS, 3]])
    message = wait_for(home, "week", "waiting")
    assert abs(message["next_try"] - time.time() - 7 * 86400) < 60
    home.run("emapi", "queue", "retry", message["id"])
    wait_for(home, "week", "filed")


def test_expired_mail_is_not_sent(home, down):
    api(home, do="submit", subject="stale", to=["bob@example.test"],
        props=[[PR_EXPIRY_TIME, time.time() - 1]])
    message = wait_for(home, "stale", "failed")
    assert "expired" in message["recipients"][0]["reply"]


def test_sent_mail_goes_where_its_sender_says(home):
    home.pickup_profile()
    api(home, do="submit", subject="filed", to=["bob@example.test"], sent_folder="Projects")
    api(home, do="submit", subject="deleted", to=["bob@example.test"],
        props=[[PR_DELETE_AFTER_SUBMIT, True]])
    wait_for(home, "filed", "filed")
    wait_for(home, "deleted", "filed")
    assert len(in_folder(home, "Projects", "filed")) == 1
    for name in ("outbox", "sent"):
        assert in_folder(home, name, "filed") == in_folder(home, name, "deleted") == []


def test_a_client_takes_a_waiting_message_back(home, down):
    api(home, do="abort", subject="waits")
    message = wait_for(home, "waits", "cancelled")
    assert "taken back" in message["text"] and listed(home) == []
    back, = in_folder(home, "outbox", "waits")
    assert not int(back["props"]["0E070003"]) & 0x4  # no longer submitted


def test_a_message_is_sent_again_to_those_who_lack_it(home):
    with Peer(rcpt=lambda line: "550 5.1.1 no" if "bob" in line else "250 ok") as peer:
        peer_profile(home, peer)
        api(home, do="submit", subject="again", to=["ann@example.test", "bob@example.test"])
        wait_for(home, "again", "filed")
        peer.settings["rcpt"] = "250 ok"
        api(home, do="resend", subject="again", to=["bob@example.test"])
        wait_until(lambda: len(peer.messages) == 2, "it is sent again")
        assert len(peer.seen("RCPT TO:<ANN")) == 1 and len(peer.seen("RCPT TO:<BOB")) == 2


def test_a_login_that_is_refused_amid_a_batch_holds_what_is_left(home):
    """The server hangs up after ten messages and no longer takes the password: what it has taken is
    filed, all else is held and says so, nothing bounces, and the server is not asked again until a
    person says so."""
    users = {"ann": "not yet"}

    def message_ends(connection):
        if len(peer.messages) == 9 and users["ann"] == "secret":
            users["ann"] = "changed"
            connection.settings = {**connection.settings, "mail": "421 4.3.2 shutting down"}

    with Peer(ehlo=["PIPELINING", "AUTH PLAIN"], users=users, before_final=message_ends) as peer:
        home.environment["EMAPI_IDLE_SECONDS"] = "60"
        peer_profile(home, peer)
        home.run("emapi", "profile", "set", "test", "User=ann", "PasswordCommand=echo secret")
        for i in range(20):
            send(home, subject=f"m{i}")
        wait_until(lambda: [m["state"] for m in listed(home)] == ["held"] * 20,
                   lambda: f"all are held: {listed(home)[:1]} {home.spooler_log()}")
        before = len(peer.seen("AUTH"))
        assert before <= 2
        users["ann"] = "secret"
        home.run("emapi", "queue", "run")
        wait_until(lambda: users["ann"] == "changed" and {m["state"] for m in listed(home)} ==
                   {"held"}, lambda: f"the rest is held: {listed(home)[:1]} {home.spooler_log()}")
        wait_until(lambda: home.stored()[1] == len(listed(home)), "what was sent is filed")
        held = listed(home)
        assert len(held) + len(peer.messages) == 20 and len(peer.messages) >= 9
        assert all("535" in m["text"] for m in held), held[0]
        asked = len(peer.seen("AUTH"))
        assert asked <= before + 3
        assert api(home, do="folder", name="inbox") == []
        time.sleep(1)
        assert len(peer.seen("AUTH")) == asked
        users["ann"] = "secret"
        home.run("emapi", "queue", "run")
        wait_until(lambda: home.stored()[1] == 0, lambda: f"all is sent: {home.spooler_log()}")
        assert len(peer.messages) == 20


def test_what_was_accepted_is_shown_at_once(home):
    """A script that submits and looks sees its message, however busy the spooler is."""
    with Peer(rcpt=lambda line: "450 4.2.0 later") as peer:
        peer_profile(home, peer)
        for i in range(8):
            send(home, subject=f"m{i}")
            if i % 2:
                assert len(listed(home)) == i + 1
            else:
                shown = home.run("emapi", "queue", "show", "last").stdout
                assert f"m{i}" in shown
