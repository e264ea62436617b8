# SPDX-License-Identifier: MIT
"""emapi profile setup: from an address to a profile that sends."""

import http.server
import os
import pty
import signal
import socket
import struct
import subprocess
import termios
import threading

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


def test_a_file_beside_is_found_from_elsewhere(home, tmp_path):
    """A path is kept whole: the spooler stands in another folder."""
    authority = Authority(tmp_path)
    (home.folder / "ca.pem").write_bytes(authority.ca.read_bytes())
    with Faulty(authority.issue("server")) as server:
        set_up(home, "ann@example.test", "--server", f"localhost:{server.port}", "--user", "",
               "--ca-file", "ca.pem", "--name", "work")
        assert f"CAFile={home.folder}/ca.pem" in home.profile_file().read_text()
        home.run("emapi", "profile", "set", "work", "CAFile=")
        home.run("emapi", "profile", "set", "work", "CAFile=./ca.pem")
        home.run("mapisend", "--to", "bob@example.test", "--body", "x", "--require-accepted")


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
    (["ann@example.test", "--dns", "localhost"], "no IPv4 address"),
    (["ann@example.test", "--dns", "127.0.0.1:x"], "no port number"),
    (["ann@example.test", "--server", "h", "--keyring", "--password-file", "f"], "exclude"),
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


class Web(http.server.BaseHTTPRequestHandler):
    """Has a configuration file for example.test, and a way to it."""

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200 if self.path == "/v1.1/example.test" else
                           301 if self.path == "/moved" else 404)
        self.send_header("Location", "/v1.1/example.test")
        self.end_headers()
        if self.path == "/v1.1/example.test":
            self.wfile.write(XML.format(port=587).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.at = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/v1.1/", "/v1.1/example.test", "/moved"])
def test_a_configuration_file_of_the_web(home, web, path):
    done = set_up(home, "ann@example.test", "--autoconfig", web.at + path, "--password-command",
                  f"echo '{PASSWORD}'", "--yes", "--no-test")
    assert "Server    localhost, port 587, TLS: starttls" in done.stdout
    assert "not encrypted" in done.stdout and "Login     ann\n" in done.stdout
    assert web.asked[-1] == "/v1.1/example.test"


@pytest.mark.parametrize("what, said", [
    ("{web}/v1.1/nobody.test", "404"), ("http://127.0.0.1:1/", "onnect"), ("ftp://x/y", "ftp")])
def test_a_web_that_has_none(home, web, what, said):
    done = set_up(home, "ann@example.test", "--autoconfig", what.format(web=web.at), "--yes",
                  code=65)
    assert said in done.stderr and "no profile was made" in done.stderr
    assert "*" not in profiles(home)


class Dns:
    """A DNS server on loopback with these SRV records: name -> [(priority, weight, port, host)]."""

    def __init__(self, records):
        self.records = records
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.at = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    @staticmethod
    def name(text):
        return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"

    def serve(self):
        while (received := self.socket.recvfrom(512))[0]:
            question, sender = received
            records = [record for name, records in self.records.items() for record in records
                       if question[12:].startswith(self.name(name))]
            answer = question[:2] + struct.pack("!HHHHH", 0x8180 if records else 0x8183, 1,
                                                len(records), 0, 0)
            answer += question[12:question.index(b"\0", 12) + 5]
            for priority, weight, port, host in records:
                data = struct.pack("!HHH", priority, weight, port) + self.name(host)
                answer += struct.pack("!HHHIH", 0xC00C, 33, 1, 60, len(data)) + data
            self.socket.sendto(answer, sender)


def test_dns_names_servers_in_their_order(home):
    """By priority, then weight; RFC 8314's service goes before RFC 6186's."""
    with Dns({"_submissions._tcp.example.test": [(5, 0, 465, "tls.example.test")],
              "_submission._tcp.example.test": [(20, 0, 587, "third.example.test"),
                                                (10, 1, 587, "second.example.test"),
                                                (10, 9, 2587, "first.example.test")]}) as dns:
        done = set_up(home, "ann@example.test", "--dns", dns.at, "--password-command", "echo x",
                      "--yes", "--no-test")
    shown = [line.split()[1:] for line in done.stdout.splitlines()
             if line.startswith(("Server", "else"))]
    assert [words[0] for words in shown] == [f"{name}.example.test," for name in
                                             ("tls", "first", "second", "third")]
    assert "SRV record _submissions._tcp.example.test" in done.stdout
    assert "Server=tls.example.test" in home.profile_file().read_text()


def test_a_server_that_is_down_makes_room_for_the_next(home, tmp_path):
    authority = Authority(tmp_path)
    with socket.socket() as closed, Faulty(authority.issue("server")) as server:
        closed.bind(("127.0.0.1", 0))
        records = [(0, 0, closed.getsockname()[1], "localhost"), (1, 0, server.port, "localhost")]
        with Dns({"_submission._tcp.example.test": records}) as dns:
            done = set_up(home, "ann@example.test", "--dns", dns.at, "--user", "", "--yes",
                          "--ca-file", authority.ca)
        assert "the next one is tried" in done.stderr and "mail can go out" in done.stdout
        assert f"Port={server.port}\n" in home.profile_file().read_text()


@pytest.mark.parametrize("records, code, said", [
    ({}, 78, "its DNS names none"),
    ({"_submission._tcp.example.test": [(0, 0, 0, "")]}, 78, "its DNS names none"),
])
def test_a_domain_that_names_none(home, records, code, said):
    with Dns(records) as dns:
        done = set_up(home, "ann@example.test", "--dns", dns.at, "--yes", code=code)
    assert said in done.stderr and "*" not in profiles(home)


def test_a_dns_that_is_silent_is_not_one_that_has_no_server(home):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        at = "127.0.0.1:%d" % gone.getsockname()[1]
    assert "DNS did not answer" in set_up(home, "ann@example.test", "--dns", at, code=75).stderr


def talk(home, answers, *options):
    """The wizard on a terminal, each answer after its prompt; what was seen."""
    master, slave = pty.openpty()
    asked = subprocess.Popen(["emapi", "profile", "setup", *options], env=home.environment,
                             stdin=slave, stdout=slave, stderr=slave, cwd=home.folder)
    os.close(slave)
    seen, new = "", ""
    for prompt, answer in answers:
        while prompt not in new:
            new += os.read(master, 4096).decode()
        seen, new = seen + new, ""
        if answer is not None:
            os.write(master, answer.encode() + b"\n")
    assert asked.wait(20) == 0
    os.close(master)
    assert PASSWORD not in seen
    return seen


def test_a_person_mends_a_refused_login(home, tmp_path):
    """The address is the login name of many servers, and not of all."""
    authority = Authority(tmp_path)
    with Peer(ehlo=["STARTTLS"], ehlo_tls=["AUTH PLAIN"], users={"ann": PASSWORD},
              certificate=authority.issue("localhost")) as peer:
        home.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        seen = talk(home, [("Password:", PASSWORD), ("Login name [ann@example.test]:", "ann"),
                           ("Password:", "a typing error"), ("Login name [ann]:", ""),
                           ("Password:", PASSWORD), ('Profile   "', None)], "ann@example.test",
                    "--server", f"localhost:{peer.port}", "--ca-file", authority.ca)
        assert "refused the login of ann@example.test" in seen and "mail can go out" in seen
        assert "User=ann\n" in home.profile_file().read_text()
        home.run("mapisend", "--to", "bob@example.test", "--body", "x", "--require-accepted")


@pytest.mark.parametrize("answers, address", [
    ([], "ann@example.test"),  # its DNS names none
    ([("[y/n]", "n")], "ann@icloud.com"),  # known, and not what this person wants
])
def test_a_person_names_the_server_where_none_is_found(home, answers, address):
    home.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    with Dns({}) as dns:
        seen = talk(home, [*answers, ("The server that takes outgoing mail", "mail.example.test:465"),
                           ("Password:", PASSWORD), ('Profile   "', None)],
                    address, "--dns", dns.at, "--no-test")
    assert "mail.example.test, port 465, TLS: implicit (as you say)" in seen
    text = home.profile_file().read_text()
    assert "Server=mail.example.test\n" in text and "Preset=" not in text


def test_a_person_is_asked(home):
    """On a terminal: the address, whether the server is right, the password unseen."""
    home.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    seen = talk(home, [("Your mail address:", "ann@icloud.com"), ("[y/n]", "y"),
                       ("Password:", PASSWORD), ('Profile   "', None)], "--no-test")
    assert "smtp.mail.me.com" in seen and "keyring" not in seen
    secret, = (home.config / "secrets").iterdir()
    assert secret.read_text().strip() == PASSWORD and secret.stat().st_mode & 0o777 == 0o600


def hears_interrupts():
    """As on a terminal: what is started in the background has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("command", [
    ("setup", "ann@example.test", "--server", "localhost:1"),
    ("create", "work", "--from", "ann@example.test", "--smtp", "localhost:1", "--user", "ann")])
@pytest.mark.parametrize("when", [signal.SIGINT, signal.SIGTERM])
def test_who_interrupts_it_has_made_nothing(home, command, when):
    """At the password: no profile stays, and the terminal shows again what is typed."""
    home.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    master, slave = pty.openpty()
    asked = subprocess.Popen(["emapi", "profile", *command], env=home.environment, stdin=slave,
                             stdout=slave, stderr=slave, cwd=home.folder,
                             preexec_fn=hears_interrupts)
    seen = ""
    while "Password:" not in seen:
        seen += os.read(master, 4096).decode()
    assert not termios.tcgetattr(slave)[3] & termios.ECHO
    asked.send_signal(when)
    assert asked.wait(20) == -when
    assert termios.tcgetattr(slave)[3] & termios.ECHO
    while "the profile was not made" not in seen:
        seen += os.read(master, 4096).decode()
    os.close(slave)
    os.close(master)
    assert not list(home.config.glob("profiles/*.profile"))


def test_who_interrupts_the_trial_has_made_nothing(home):
    """Neither the profile nor the password stays while a server is silent."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = subprocess.Popen(["emapi", "profile", "setup", "ann@example.test", "--server",
                                  f"localhost:{server.getsockname()[1]}", "--user", ""],
                                 env=home.environment, stdin=subprocess.DEVNULL, text=True,
                                 stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                                 preexec_fn=hears_interrupts)
        caller = server.accept()[0]
        assert list(home.config.glob("profiles/*.profile"))
        asked.send_signal(signal.SIGINT)
        assert "the profile was not made" in asked.communicate(timeout=20)[1]
        caller.close()
    assert not list(home.config.glob("profiles/*.profile"))
    assert "*" not in profiles(home)
