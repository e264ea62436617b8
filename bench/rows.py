# SPDX-License-Identifier: MIT
"""The table's rows: each function measures emapi beside its peers, in turns, and yields Row."""

import contextlib
import dataclasses
import functools
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from place import (FROM, TO, Place, Postfix, Sink, elapsed, family, in_turns, peak_memory,
                   wait_until)
from witness import Witness

ROOT = pathlib.Path(__file__).resolve().parent.parent
SMTPLIB = ("import smtplib, sys; s = smtplib.SMTP('127.0.0.1', int(sys.argv[1])); "
           "s.sendmail(sys.argv[2], sys.argv[3], open(sys.argv[4]).read()); s.quit()")


@dataclasses.dataclass
class Row:
    work: str
    ours: str
    peers: str
    ratio: str
    target: str
    met: bool | None  # None: nothing to compare with


def compare(work, unit, ours, peers, *targets):
    """Rows for a measurement against one or more peers.  A target is (peer, "<" or ">", factor):
    ours is to be at most or at least factor times the peer's."""
    text = ", ".join(f"{name} {value:.3g}" for name, value in peers.items())
    rows = []
    for peer, sign, factor in targets:
        word = "at most" if sign == "<" else "at least"
        if not peers.get(peer):
            rows.append(Row(work, f"{ours:.3g} {unit}", f"{text} {unit}" if text else "", "",
                            f"{word} {factor} × {peer}, which is not here", None))
            continue
        ratio = ours / peers[peer]
        met = ratio <= factor if sign == "<" else ratio >= factor
        rows.append(Row(work, f"{ours:.3g} {unit}", f"{text} {unit}", f"{ratio:.2f} × {peer}",
                        f"{word} {factor} × {peer}", met))
    return rows


def beside(work, unit, ours, peers, peer):
    """A row without a target."""
    text = ", ".join(f"{name} {value:.3g}" for name, value in peers.items())
    ratio = f"{ours / peers[peer]:.2f} × {peer}" if peer in peers else ""
    return Row(work, f"{ours:.3g} {unit}", f"{text} {unit}" if text else "", ratio, "", None)


def at_most(work, unit, ours, limit, peers=""):
    return [Row(work, f"{ours:.3g} {unit}", peers, "", f"at most {limit} {unit}", ours <= limit)]


# --- One message --------------------------------------------------------------------------------

def letter_file(folder):
    path = pathlib.Path(folder) / "letter.eml"
    body = "".join(chr(97 + i % 26) if i % 72 != 71 else "\n" for i in range(2000))
    path.write_text(f"From: {FROM}\nTo: {TO}\nSubject: A letter\n\n{body}\n")
    return path, body


def senders(place):
    """{name: command} of the peers that are installed."""
    port, (path, _) = place.sink.port, letter_file(place.folder)
    commands = {
        "raw C socket": ["bench-rawsmtp", port],
        "curl": ["curl", "-s", f"smtp://127.0.0.1:{port}", "--mail-from", FROM, "--mail-rcpt", TO,
                 "-T", path],
        "python smtplib": ["/usr/bin/python3", "-c", SMTPLIB, port, FROM, TO, path],
        "swaks": ["swaks", "-S", "-s", f"127.0.0.1:{port}", "-f", FROM, "-t", TO, "-d", path],
        "msmtp": ["msmtp", f"--host=127.0.0.1", f"--port={port}", "--from", FROM, TO],
    }
    return {name: command for name, command in commands.items() if shutil.which(command[0])}


def one_message(o):
    """From exec to the sink's "accepted", which root can see, and to exit."""
    place = Place()
    path, body = letter_file(place.folder)
    mapisend = ["mapisend", "--to", TO, "--subject", "A letter", "--body", body]
    witness = Witness(place.sink.port) if o.root else None
    until = "the sink's \"accepted\"" if witness else "exit"

    def timed(command, output):
        if witness:
            witness.forget()
        began = time.time()
        whole = elapsed(command, place.environment, output) * 1000
        return (witness.accepted() - began) * 1000 if witness else whole, whole

    def send():
        took = timed(mapisend, place.output)
        if "accepted" not in place.output.read_text():
            raise RuntimeError(place.output.read_text())
        return took

    def cold():
        place.stop()
        return send()

    def rows(name, rounds, ours, peers, *targets):
        found = in_turns(rounds, emapi=ours, **peers)
        accepted, ended = ({who: took[part] for who, took in found.items()} for part in (0, 1))
        yield from compare(name, "ms", accepted.pop("emapi"), accepted, *targets)
        if witness:
            yield beside("… until it has ended", "ms", ended.pop("emapi"), ended, targets[-1][0])

    peers = {name: functools.partial(timed, command, place.folder / "peer.out")
             for name, command in senders(place).items()}
    place.start_spooler()
    yield from rows(f"one mapisend, exec to {until}, spooler running", o.rounds(60, 15), send,
                    peers, ("curl", "<", 0.8))
    few = {name: peers[name] for name in ("curl", "msmtp") if name in peers}
    yield from rows("the same, no spooler running", o.rounds(20, 5), cold, few, ("curl", "<", 3),
                    ("msmtp", "<", 0.5))
    if witness:
        witness.close()
    place.close()


def sendmail(o):
    place = Place()
    path, _ = letter_file(place.folder)
    ours = ["emapi-sendmail", "-i", TO]
    works = {}
    os.chmod(place.folder, 0o755)
    postfix = Postfix(place.folder, place.sink) if o.root else None
    if postfix:
        works["Postfix"] = postfix.sendmail()
    if shutil.which("nullmailer-inject"):
        works["nullmailer"] = ["nullmailer-inject", TO]

    def timed(words):
        return lambda: place.time(*words, read=path) * 1000

    def alone():
        place.stop()
        return timed(ours)()

    timed(ours)()  # starts the spooler, and that the process which takes the next ones
    wait_until((place.state / "sendmail.sock").exists, "the spooler's process that takes mail")
    timed(ours)()
    peers = {name: timed(words) for name, words in works.items()}
    found = in_turns(o.rounds(40, 15), emapi=timed(ours), **peers)
    yield from compare("emapi-sendmail, exec to durable exit 0, spooler running", "ms",
                       found.pop("emapi"), found, ("nullmailer", "<", 0.8), ("Postfix", "<", 0.8))
    few = {name: work for name, work in peers.items() if name == "nullmailer"}
    found = in_turns(o.rounds(20, 5), emapi=alone, **few)
    yield beside("the same, no spooler running: it stores the mail itself and starts one", "ms",
                 found.pop("emapi"), found, "nullmailer")
    if postfix:
        postfix.stop()
    place.close()


# --- Durability ---------------------------------------------------------------------------------

def durability(o):
    """No figure is bought with it: the same programs of the same build with each write and sync on
    record, and the power cut at each answer."""
    sys.path.insert(0, str(ROOT / "tests" / "torture"))
    import powercut
    count, problems = powercut.durable(messages=o.count(100, 15), mails=o.count(20, 5))
    for problem in problems:
        print(problem, file=sys.stderr)
    yield Row("S_OK of SubmitMessage, exit 0 of emapi-sendmail: on disk when power fails just then",
              f"{count - len(problems)} of {count}", "", "", "all", not problems)


# --- Submitting ---------------------------------------------------------------------------------

def submit(o):
    place = Place()
    count = o.count(3000, 400)
    longest, fairness = [], []
    raw = place.folder / "raw.db"

    def one():
        return place.submit(count)[0]

    def eight():
        rate, wait, fair = place.submit(count // 4, 8)
        longest.append(wait)
        fairness.append(fair)
        return rate

    def floor():
        for path in place.folder.glob("raw.db*"):
            path.unlink()
        return float(place.run("bench-rawsqlite", raw, count).stdout)

    with place.wakes_only():
        place.submit(50)
        found = in_turns(o.rounds(5, 3), sqlite=floor, one=one, eight=eight)
    peers = {"raw SQLite": found["sqlite"]}
    yield from compare("SubmitMessage, durable, 1 thread", "/s", found["one"], peers,
                       ("raw SQLite", ">", 0.7))
    yield from compare("SubmitMessage, durable, 8 processes", "/s", found["eight"], peers,
                       ("raw SQLite", ">", 1.2))
    yield from at_most("… longest wait for one of them", "ms", sorted(longest)[len(longest) // 2],
                       100)
    fair = sorted(fairness)[len(fairness) // 2]
    yield Row("… slowest process's pace over the fastest's", f"{fair:.2f}", "", "",
              "at least 0.5", fair >= 0.5)
    place.close()


# --- Sending many -------------------------------------------------------------------------------

def emapi_drain(count, **variables):
    place = Place()
    place.environment.update(variables)
    place.fill(count)
    seconds, cpu = place.drain(count)
    memory = max(peak_memory(pid) for pid in place.pids())
    place.close()
    return count / seconds, cpu * 1000 / count, memory


def postfix_drain(count):
    folder = tempfile.mkdtemp(prefix="emapi-bench-postfix-")
    os.chmod(folder, 0o755)
    sink = Sink(folder)
    postfix = Postfix(folder, sink)
    postfix.fill(count)
    seconds, cpu = postfix.drain(count)
    postfix.stop()
    sink.stop()
    shutil.rmtree(folder)
    return count / seconds, cpu * 1000 / count


def drain(o):
    count = o.count(10000, 2000)
    cpus, memories, postfix_cpus = [], [], []

    def ours():
        rate, cpu, memory = emapi_drain(count)
        cpus.append(cpu)
        memories.append(memory)
        return rate

    def theirs():
        rate, cpu = postfix_drain(count)
        postfix_cpus.append(cpu)
        return rate

    works = {"emapi": ours, **({"Postfix": theirs} if o.root else {})}
    found = in_turns(o.rounds(3, 1), **works)
    rate = found.pop("emapi")
    middle = sorted(cpus)[len(cpus) // 2]
    yield from compare(f"drain {count} queued messages, Sent Items filed", "/s", rate, found,
                       ("Postfix", ">", 4))
    cpu = {"Postfix": sorted(postfix_cpus)[len(postfix_cpus) // 2]} if postfix_cpus else {}
    yield from compare("… CPU for each", "ms", middle, cpu, ("Postfix", "<", 0.4))
    yield from at_most(f"… largest process of the spooler", "MiB", max(memories), 64)


def both_at_once(o):
    count = o.count(8000, 1200)

    def ours():
        place = Place()
        place.start_spooler()
        arrived = place.sink.count()
        began = time.perf_counter()
        place.submit(count // 4, 4)
        place.wait_drained(arrived + count // 4 * 4)
        rate = count // 4 * 4 / (time.perf_counter() - began)
        place.close()
        return rate

    def theirs():
        folder = tempfile.mkdtemp(prefix="emapi-bench-postfix-")
        os.chmod(folder, 0o755)
        sink = Sink(folder)
        postfix = Postfix(folder, sink)
        began = time.perf_counter()
        postfix.source(count, 4)
        while sink.count() < count:
            time.sleep(0.01)
        rate = count / (time.perf_counter() - began)
        postfix.stop()
        sink.stop()
        shutil.rmtree(folder)
        return rate

    works = {"emapi": ours, **({"Postfix": theirs} if o.root else {})}
    found = in_turns(o.rounds(3, 1), **works)
    yield from compare("submit and drain at once, 4 submitters", "/s", found.pop("emapi"), found,
                       ("Postfix", ">", 3))


def attachments(o):
    count, size = o.count(1000, 40), 1_000_000
    place = Place()
    with place.wakes_only():
        place.submit(count, 1, size)
    seconds, _ = place.drain(count)
    ours = count * size / 1e6 / seconds
    raw = in_turns(3, raw=lambda: float(
        place.run("bench-rawsmtp", place.sink.port, count, size, "encode").stdout))
    place.close()
    yield from compare(f"{count} × 1 MB attachments", "MB/s", ours,
                       {"pipelining C program": raw["raw"]}, ("pipelining C program", ">", 0.7))


def huge_attachment(o):
    place = Place()
    with place.wakes_only():
        place.submit(1, 1, 100 * 1024 * 1024)
    place.drain(1)
    memory = max(peak_memory(pid) for pid in place.pids())
    place.close()
    yield from at_most("one attachment of 100 MB: largest process of the spooler", "MiB", memory,
                       32)


# --- Big queues ---------------------------------------------------------------------------------

def first_page(place):
    return place.time("emapi", "queue", "list", "--limit", "50") * 1000


def drain_rate(place, count, wait=3600):
    arrived = place.sink.count()
    began = time.perf_counter()
    while place.sink.count() < arrived + count:
        if time.perf_counter() - began > wait:
            raise RuntimeError("the queue does not move")
        time.sleep(0.005)
    return count / (time.perf_counter() - began)


def big_queue(o):
    """`size` messages wait and as many lie in Sent Items; beside a small queue and no sent mail."""
    size, few = o.big, o.count(5000, 1000)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["bench-next", f"{folder}/spool.db", str(size)], check=True,
                              capture_output=True, text=True)
    yield from at_most(f"{size} waiting: the next one found", "ms", float(done.stdout.split()[0]), 5)
    small, big = Place(), Place()
    small.fill(few + 2000)
    big.fill(size, folder=5)
    big.fill(size)
    for place in (small, big):
        place.environment["EMAPI_IDLE_SECONDS"] = "600"
        place.run("emapi", "queue", "run")
    found = {}
    for name, place in (("small", small), ("big", big)):
        drain_rate(place, 500)
        found[name] = drain_rate(place, few)
        if place is small:  # the rest stays, for its first page
            small.sink.process.send_signal(signal.SIGSTOP)
    pages = in_turns(o.rounds(21, 7), big=lambda: first_page(big), small=lambda: first_page(small))
    memory = max(peak_memory(pid) for pid in big.pids())
    small.sink.process.send_signal(signal.SIGCONT)
    for place in (small, big):
        for pid in reversed(family(place.spooler_pid())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        place.close()
    yield from compare(f"{size} waiting, {size} in Sent Items: drain rate", "/s", found["big"],
                       {"small store": found["small"]}, ("small store", ">", 0.8))
    yield from at_most("… first page of `emapi queue list`, beyond that of a small queue", "ms",
                       max(0.0, pages["big"] - pages["small"]), 5)
    yield from at_most("… largest process of the spooler", "MiB", memory, 64)


# --- Reading ------------------------------------------------------------------------------------

def reading(o):
    place = Place()
    with place.wakes_only():
        done = place.run("bench-readstore", place.folder / "rawread.db", o.count(20000, 3000))
    message, raw_message, rows, raw_rows = (float(w) for w in done.stdout.split())
    place.close()
    yield from compare("open a message and get 25 properties", "µs", message,
                       {"raw SQLite": raw_message}, ("raw SQLite", "<", 2))
    yield from compare("QueryRows, 1,000 rows of 10 columns", "µs", rows,
                       {"raw SQLite": raw_rows}, ("raw SQLite", "<", 2))


def searching(o):
    """Search folders over Sent Items: what it takes to fill one, and what it costs who saves."""
    count = o.count(100000, 20000)
    place = Place()
    place.fill(count, folder=5)
    with place.wakes_only():
        done = place.run("bench-search", "A letter of the benchmark", o.count(2000, 500))
    nothing, everything, found, page, without, watched = (float(w) for w in done.stdout.split())
    place.close()
    yield from at_most(f"search folder over {count} messages, none fits", "s", nothing, 2)
    yield from at_most(f"… {found:.0f} fit", "s", everything, 10)
    yield from at_most("… count and first 50 rows", "ms", page, 5)
    yield from compare("save a message that a search folder finds, CPU", "µs", watched,
                       {"no search folder": without}, ("no search folder", "<", 2))


# --- Contacts -----------------------------------------------------------------------------------

def fill_contacts(place, count):
    """`count` contacts, "Person 00000" and on, made from one that the command made."""
    place.run("emapi", "ab", "add", "Person 99999 <p99999@example.test>", "Title=Member", "Company=Club")
    with contextlib.closing(sqlite3.connect(place.data / "contacts.ab")) as db:
        db.execute("PRAGMA synchronous=OFF")
        kind, name, anr, props = db.execute("SELECT type, name, anr, props FROM entry").fetchone()

        def contact(i):
            number = f"{i:05d}"
            wide = [("".join(n).encode("utf-16-le")) for n in ("99999", number)]
            return (kind, name.replace("99999", number), anr.replace("99999", number),
                    props.replace(b"99999", number.encode()).replace(*wide))

        db.executemany("INSERT INTO entry(type, name, anr, props) VALUES(?, ?, ?, ?)",
                       (contact(i) for i in range(count - 1)))
        db.commit()


def addressbook(o):
    """A personal address book of 10,000 contacts: a name resolved, and the first page."""
    count = o.count(10000, 10000)
    place = Place()
    fill_contacts(place, count)
    done = place.run("bench-book", "Person 07777", "Person")
    found, figures = done.stdout.splitlines()
    assert int(found) == count, found
    one, many, page, by_address, named = (float(word) for word in figures.split())
    place.close()
    yield from at_most(f"one name of {count} contacts resolved", "ms", one, 10)
    yield from at_most("… a name that all have (ambiguous)", "ms", many, 10)
    yield from at_most("first 50 rows of a new contents table", "ms", page, 5)
    yield from at_most("… sorted by address", "ms", by_address, 100)
    yield from at_most("… restricted by PR_ANR to a name that all have", "ms", named, 5)


# --- Large folders ------------------------------------------------------------------------------

def fill_inbox(place, count):
    """An Inbox of `count` letters made from one, each with subject, sender, times, size of its own:
    a needle in each 1,000th subject, one in 100 of low and one in 10,000 of high importance."""
    with place.wakes_only():
        place.submit(1)
    with contextlib.closing(sqlite3.connect(place.store())) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.row_factory = sqlite3.Row
        one = dict(db.execute("SELECT * FROM message ORDER BY id DESC LIMIT 1").fetchone())
        del one["id"]
        mark = next(word for word in re.findall(rb"<[-.@!-~]{20,}>", one["props"]))
        names = list(one)
        sql = (f"INSERT INTO message({', '.join(names)}) "
               f"VALUES({', '.join('?' * len(names))})")

        def letter(i):
            at = i * 7919 % count
            subject = f"letter {at:07d}{' with a needle' if at % 1000 == 7 else ''}"
            sender = f"Sender {at % 5000:04d}"
            one.update(
                folder=3, queued=None, flags=at % 2, subject=subject, sender=sender, size=2000 + at % 5000,
                subject_key=b"\1" + subject.encode(), sender_key=b"\1" + sender.lower().encode(),
                display_to=f"Reader {at % 20000:05d}", prefix=None,
                importance=2 if at % 10000 == 9 else 0 if at % 100 == 9 else 1,
                submit_time=one["created"] + at * 10**6, delivery_time=one["created"] + i * 10**6,
                search_key=at.to_bytes(16, "big"),
                props=props.replace(mark, f"<{at:0{len(mark) - 2}d}>".encode()))
            return [one[name] for name in names]

        props = one["props"]
        helpers = db.execute("SELECT type, name, sql FROM sqlite_master WHERE tbl_name='message'"
                             " AND type IN ('index', 'trigger') AND sql NOT NULL").fetchall()
        with db:  # what is kept row by row is made once, when all are there
            for kind, name, _ in helpers:
                db.execute(f"DROP {kind} {name}")
            db.executemany(sql, (letter(i) for i in range(count)))
            for _, _, made in helpers:
                db.execute(made)
            db.execute("UPDATE folder SET contents = contents + ?, unread = unread + ?"
                       " WHERE id = 3", (count, (count + 1) // 2))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def table_figures(count):
    place = Place()
    try:
        fill_inbox(place, count)
        with place.wakes_only():
            done = place.run("bench-table", timeout=3600)
    finally:
        place.close()
    return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}


def tables(o):
    """An Inbox of `big` letters, beside one of 10,000."""
    small, big = table_figures(10000), table_figures(o.big)
    indexed = max(big[name] for name in ("delivery", "submit", "subject", "sender"))
    made = [f"{name}-first" for name in ("size", "to", "blob")]
    yield from at_most(f"{o.big} in a folder: first page of an indexed order", "ms", indexed, 5)
    yield from at_most("… of any other order, the first time", "ms",
                       max(big[name] for name in made), 10000)
    yield from at_most("… of any other order, then", "ms",
                       max(big[name[:-6]] for name in made), 5)
    yield from at_most("… a window in the middle by SeekRowApprox, the first time", "ms",
                       big["middle-first"], 20)
    yield from at_most("… a window in the middle by SeekRowApprox, then", "ms", big["middle"], 20)
    yield from at_most("… GetRowCount", "ms", big["count"], 1)
    yield from at_most("… restricted to one in 100 by a column: first page", "ms",
                       big["low"], 5)
    yield from at_most("… restricted to one in 10,000 by a column: first page", "ms",
                       big["rare"], 5)
    yield from at_most("… subjects with a word: first page", "ms", big["word"], 1000)
    yield from at_most("… subjects with a word: all", "ms", big["words"], 1000)
    yield from at_most("… memory of the process", "MiB", big["memory"], 64)
    for name, factor in (("insert", 1.5), ("move", 2.5)):
        yield from compare(f"… CPU to {name} a message", "µs", big[name],
                           {"10,000 messages": small[name]}, ("10,000 messages", "<", factor))


def paired(rounds, **works):
    """Runs each work, which gives (rate, CPU), in each round, one round forwards and the next one
    backwards; {name: (median rate, median CPU)} and {name: (rate, CPU)} as medians of the rounds'
    ratios to the last named.  Neighbours in time have the same machine: what it does otherwise
    moves the figures from round to round, and hardly their ratios."""
    found = {name: [] for name in works}
    for turn in range(rounds):
        for name in list(works)[::-1 if turn % 2 else 1]:
            found[name].append(works[name]())
    base = found[list(works)[-1]]
    middle = {name: tuple(statistics.median(column) for column in zip(*values))
              for name, values in found.items()}
    ratios = {name: tuple(statistics.median(a[i] / b[i] for a, b in zip(values, base))
                          for i in range(2)) for name, values in found.items()}
    return middle, ratios


def cost(work, unit, ours, other, peer, ratio, sign, factor):
    """A row whose ratio was taken round by round."""
    word = "at most" if sign == "<" else "at least"
    met = ratio <= factor if sign == "<" else ratio >= factor
    return Row(work, f"{ours:.3g} {unit}", f"{peer} {other:.3g} {unit}", f"{ratio:.3f} × {peer}",
               f"{word} {factor} × {peer}", met)


def recording_submit(o):
    place = Place()
    count = o.count(800, 300)

    def submits(**variables):
        def work():
            place.environment.update(variables)
            began = resource.getrusage(resource.RUSAGE_CHILDREN)
            rate = place.submit(count)[0]
            ended = resource.getrusage(resource.RUSAGE_CHILDREN)
            for variable in variables:
                del place.environment[variable]
            cpu = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
            return rate, cpu * 1e6 / count
        return work

    plain, traced = submits(), submits(EMAPI_TRACE=str(place.folder / "trace"))
    with place.wakes_only():
        place.submit(50)
        trace = paired(o.rounds(9, 5), on=traced, off=plain)
        journey = paired(o.rounds(21, 7), on=plain, off=submits(EMAPI_JOURNEY="off"))
    place.close()
    for (middle, ratios), name, least, most in ((trace, "trace", 0.85, 1.15),
                                                (journey, "journey", 0.95, 1.05)):
        yield cost(f"SubmitMessage with the {name} on, CPU", "µs", middle["on"][1],
                   middle["off"][1], f"{name} off", ratios["on"][1], "<", most)
        yield cost("… a second, durable, 1 thread", "/s", middle["on"][0], middle["off"][0],
                   f"{name} off", ratios["on"][0], ">", least)


def recording_drain(o):
    count = o.count(3000, 1000)
    middle, ratios = paired(
        o.rounds(9, 5), on=lambda: emapi_drain(count)[:2],
        off=lambda: emapi_drain(count, EMAPI_JOURNEY="off")[:2])
    yield cost("drain with the journey on, CPU of worker and scheduler for each", "ms",
               middle["on"][1], middle["off"][1], "journey off", ratios["on"][1], "<", 1.05)
    yield cost("… a second, Sent Items filed", "/s", middle["on"][0], middle["off"][0],
               "journey off", ratios["on"][0], ">", 0.95)


def recording(o):
    """What the recorders cost, each on and off in turns; the rates hang on the disk besides."""
    yield from recording_submit(o)
    yield from recording_drain(o)


ALL = [durability, one_message, sendmail, submit, drain, both_at_once, attachments, huge_attachment,
       big_queue, reading, searching, addressbook, tables, recording]
