# SPDX-License-Identifier: MIT
"""The table of failures: what mapisend says of each, held against design D8's six parts - what
happened, to which recipient, who said it (word for word), whether the mail is safe, what happens
next, and what to do - and against what nobody shall read: bare codes, a library's inner words,
secrets.  The other tests of these failures look at what is stored and sent; this one reads."""

import base64
import contextlib
import re
import resource
import sqlite3

import pytest

from mailserver import Authority, free_port, wait_until
from scripted_smtp import Faulty, Peer

SECRET = "Marker of the secret"
BOB = ("--to", "bob@example.test", "--subject", "Minutes", "--body", "x" * 2000)

# --- What each shall say ---

# Whether it is safe, and what becomes of it: one of these, and the case says which.
NOTHING = r"nothing was stored or sent"
WAITS = (r"the mail is safe in the Outbox, but not accepted for every recipient yet; it is tried again"
         r" by itself at \d\d:\d\d:\d\d")
HELD = r"the mail is safe in the Outbox but held: .*; once that is mended: emapi queue run"
REFUSED = r"no server took the mail; it is in Sent Items, a report about it in the Inbox, and it is not"
PARTLY = r"not every recipient gets the mail, .*it is in Sent Items, a report about the others in the "

# What nobody shall read.
LIBRARIES = (r"curl|CURLE|SSL certificate|Send failure|Recv failure|subject name matches|openssl|gnutls|SSL routines|error:[0-9A-F]{8}|sqlite|SQLITE|GError|GLib|g-\w+-"
             r"|gsasl|GSASL|gss_|GSS failure|Minor code|Credential cache|Can't contact LDAP|LDAP_|glib|libc\b|errno|assert|\(null\)|%[sdu]|no such table|disk image|is not a database|disk I/O|database or disk")
BARE = (r"0x8\w{7}|\berror (code )?-?\d+|\b(code|status|result) -?\d+\b"
        r"|(?<!\()\bMAPI_[EW]_\w+|(?<!\()\bSTG_E_\w+|(: |^)\(MAPI")


class Case:
    def __init__(self, stack, home, authority):
        self.stack, self.home, self.authority = stack, home, authority
        self.command, self.options = ("mapisend", *BOB), {}

    def send(self, *command, **options):
        self.command, self.options = ("mapisend", *command), options

    def profile(self, *options, port, tls="none"):
        self.home.profile("test", "--from", "Ann <ann@example.test>", "--tls", tls,
                          "--smtp", f"localhost:{port}", *options)

    def change(self, *settings):
        self.home.run("emapi", "profile", "set", "test", *settings)

    def peer(self, *options, tls="none", **settings):
        peer = self.stack.enter_context(Peer(**settings))
        self.profile(*options, port=peer.port, tls=tls)
        return peer

    def password(self, **settings):
        self.secret("600")
        return self.peer("--user", "ann", "--password-file", self.home.folder / "secret", **settings)

    def secret(self, mode, words=SECRET):
        path = self.home.folder / "secret"
        path.write_text(words + "\n")
        path.chmod(int(mode, 8))
        return path

    def tls(self, certificate, *options, trusted=True, **faults):
        server = self.stack.enter_context(Faulty(certificate))
        server.faults = faults
        options += ("--ca-file", self.authority.ca) if trusted else ()
        self.secret("600", "secret")
        self.profile("--user", "ann", "--password-file", self.home.folder / "secret", *options,
                     port=server.port, tls="starttls")

    def store(self):
        self.home.pickup_profile()
        return self.home.data / "test.store"


def no_profile(case):
    pass


def unknown_profile(case):
    case.home.pickup_profile()
    case.send("-p", "wrok", *BOB)


def no_recipients(case):
    case.home.pickup_profile()
    case.send("--body", "x")


def unknown_option(case):
    case.send("--sbject", "x", *BOB)


def unknown_name(case):
    case.home.pickup_profile()
    case.send("--to", "Bob Nobody", "--body", "x")


def malformed_address(case):
    case.home.pickup_profile()
    case.send("--to", "bob@", "--body", "x")


def missing_attachment(case):
    case.home.pickup_profile()
    case.send("--attach", "notes.txt", *BOB)


def folder_attached(case):
    case.home.pickup_profile()
    case.send("--attach", case.home.folder, *BOB)


def missing_body(case):
    case.home.pickup_profile()
    case.send("--to", "bob@example.test", "--body-file", "text.txt")


def malformed_profile(case):
    case.home.pickup_profile()
    path = case.home.profile_file()
    path.write_text(path.read_text() + "[broken\n")


def wrong_setting(case):
    case.peer()
    path = case.home.profile_file()
    path.write_text(re.sub("Port=.*", "Port=smtp", path.read_text()))


def no_transport(case):
    case.home.pickup_profile()
    path = case.home.profile_file()
    sections = path.read_text().split("\n[")
    path.write_text("\n[".join(s for s in sections if "Type=transport" not in s))


def store_nowhere(case):
    (case.home.folder / "file").write_text("")
    case.home.profile("test", "--from", "ann@example.test", "--pickup", case.home.folder / "p",
                      "--store", case.home.folder / "file" / "my.store")


def store_broken(case):
    case.store().parent.mkdir(parents=True, exist_ok=True)
    (case.home.data / "test.store").write_bytes(b"This is no store. " * 1000)


def no_room(case):
    case.home.pickup_profile()
    case.home.run("mapisend", *BOB)
    case.home.stop()
    size = (case.home.data / "test.store").stat().st_size
    case.send("--to", "bob@example.test", "--body", "y" * 100_000, "--subject", "Minutes",
              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))


def server_down(case):
    case.profile(port=free_port())


def unknown_host(case):
    case.home.profile("test", "--from", "ann@example.test", "--smtp", "mail.invalid:25", "--tls", "none")


def busy(case):
    case.peer(greeting="421 4.3.2 too busy")


def blocked(case):
    case.peer(greeting="554 5.7.1 your address is blocked")


def no_smtp(case):
    case.peer(greeting="SSH-2.0-OpenSSH_9.2")


def greylisted(case):
    case.peer(rcpt="451 4.7.1 Greylisted, come back later")


def hung_up(case):
    case.peer(rcpt=["close"])


def full(case):
    case.peer(mail="452 4.3.1 Insufficient system storage")


def not_after_all(case):
    case.peer(final="451 4.3.0 queue file write error")


def one_refused(case):
    case.peer(rcpt=lambda line: "550 5.1.1 nobody here" if "bob" in line else "250 2.1.5 Ok")
    case.send("--cc", "carol@example.test", *BOB)


def all_refused(case):
    case.peer(rcpt="550 5.1.1 nobody here")


def no_words(case):
    case.peer(rcpt="550")


def sender_refused(case):
    case.peer(mail="553 5.7.1 <ann@example.test>: Sender address rejected: not owned by user bob")


def relay_denied(case):
    case.peer(rcpt="554 5.7.1 <bob@example.test>: Relay access denied")


def spam(case):
    case.peer(final="554 5.7.1 looks like spam")


def too_large(case):
    case.peer(ehlo=["SIZE 1000"])


def too_large_after_all(case):
    case.peer(final="552 5.3.4 Message too big for system")


def no_smtputf8(case):
    case.peer()
    case.send("--to", "bøb@example.test", "--body", "x")


def no_starttls(case):
    case.peer(tls="starttls")


def starttls_refused(case):
    case.tls(case.authority.issue("good"), starttls="454 4.7.0 TLS not available")


def handshake_cut(case):
    case.tls(case.authority.issue("good"), handshake="cut")


def expired(case):
    case.tls(case.authority.issue("expired", days=-1))


def wrong_name(case):
    case.tls(case.authority.issue("other", hosts=("other.test",), ips=()))


def unknown_authority(case):
    case.tls(case.authority.issue("good"), trusted=False)


def wrong_fingerprint(case):
    case.tls(case.authority.issue("good"))
    case.change("Fingerprint=" + ":".join(["AB"] * 32))


def garbage(case):
    case.tls(case.authority.issue("good"), rcpt="garbage")


def overlong(case):
    case.tls(case.authority.issue("good"), mail="endless")


def login_refused(case):
    case.password(ehlo=["AUTH PLAIN LOGIN"], users={"ann": "another"})


def login_refused_by_microsoft(case):
    case.password(ehlo=["AUTH LOGIN"], refuse={
        "LOGIN": "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
                 "the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information."})


def login_unknown_way(case):
    case.password(ehlo=["AUTH GSSAPI NTLM"])


def kerberos_without_a_ticket(case):
    (case.home.folder / "krb5.conf").write_text("[libdefaults]\ndefault_realm = EXAMPLE.TEST\n")
    case.home.environment.update(KRB5_CONFIG=str(case.home.folder / "krb5.conf"),
                                 KRB5CCNAME=f"FILE:{case.home.folder}/no-ticket")
    case.password(ehlo=["AUTH GSSAPI"])


def ntlm_nowhere(case):
    case.home.environment["GSS_MECH_CONFIG"] = str(case.home.folder / "no-mechanisms")
    case.password(ehlo=["AUTH NTLM"])


def scram_malformed(case):
    case.password(ehlo=["AUTH SCRAM-SHA-256"],
                  login=lambda connection, mechanism, initial: connection.ask(b"nonsense") and None)


def scram_fraud(case):
    def login(connection, mechanism, initial):
        nonce = re.search(b"r=([^,]+)", base64.b64decode(initial)).group(1)
        connection.ask(b"r=" + nonce + b"more,s=c2FsdA==,i=4096")
        connection.ask(b"v=" + base64.b64encode(bytes(32)))
        return "235 2.7.0 welcome"
    case.password(ehlo=["AUTH SCRAM-SHA-256"], login=login)


def directory(case, *options):
    case.home.pickup_profile()
    case.home.run("emapi", "ab", "connect", f"127.0.0.1:{free_port()}", "--base", "dc=example,dc=test", "--no-test",
                  *options)
    case.send("--to", "Bob Nobody", "--body", "x")


def directory_down(case):
    directory(case, "--tls", "none")


def directory_password_fails(case):
    directory(case, "--tls", "none", "--user", "cn=ann", "--password-command", "exit 3")


def no_login(case):
    case.password()


def password_command_fails(case):
    case.peer("--user", "ann", "--password-command", f"cat {case.secret('600')}; exit 3",
              ehlo=["AUTH PLAIN"])


def password_open(case):
    case.password(ehlo=["AUTH PLAIN"])
    case.secret("644")


def password_gone(case):
    case.password(ehlo=["AUTH PLAIN"])
    (case.home.folder / "secret").unlink()


def proxy_down(case):
    case.peer()
    case.change(f"Proxy=socks5h://127.0.0.1:{free_port()}")


def pickup_nowhere(case):
    (case.home.folder / "pickup").write_text("")
    case.home.pickup_profile()


def no_spooler(case):
    case.home.pickup_profile()
    case.home.environment["EMAPI_SPOOLER"] = "/nonexistent/emapi-spooler"


def spool_of_a_newer_emapi(case):
    case.home.pickup_profile()
    case.home.run("mapisend", *BOB)
    case.home.stop()
    with sqlite3.connect(case.home.state / "spool.db") as db:
        db.execute("PRAGMA user_version=999")
    db.close()


NOBODY = "no recipient is concerned"
# How it ends: exit code, safety and what is next; who is concerned, who said it in which words;
# what to do.
CASES = [
    (no_profile, 78, NOTHING, NOBODY, "there is no profile", "emapi profile create"),
    (unknown_profile, 78, NOTHING, NOBODY, 'no profile "wrok"', "test"),
    (no_recipients, 64, NOTHING, NOBODY, "no recipients", "--to ann@example.test"),
    (unknown_option, 64, NOTHING, NOBODY, "Unknown option --sbject", "--help"),
    (unknown_name, 67, NOTHING, '"Bob Nobody"', "is no address, and not in the address book", "emapi ab"),
    (malformed_address, 65, NOTHING, '"bob@"', "nothing stands behind the '@'", "looks like ann@example.test"),
    (missing_attachment, 66, NOTHING, NOBODY, "notes.txt: No such file or directory", "check"),
    (folder_attached, 66, NOTHING, NOBODY, "Is a directory", "check"),
    (missing_body, 66, NOTHING, NOBODY, "text.txt.*: No such file or directory", "check"),
    (malformed_profile, 78, NOTHING, NOBODY, r"test.profile.* line \d+", "edit|line"),
    (wrong_setting, 78, NOTHING, NOBODY, "test.profile.*Port=smtp", "must be a number"),
    (no_transport, 0, HELD, "bob@example.test", "no transport", "Add one"),
    (store_nowhere, None, NOTHING, NOBODY, "/file/my.store cannot be opened", "mend it there"),
    (store_broken, None, NOTHING, NOBODY, "test.store", "emapi store check|backup|another"),
    (no_room, 75, NOTHING, NOBODY, "", "make room"),
    (server_down, 0, WAITS, "bob@example.test: waiting", "Connection refused", "emapi queue run"),
    (unknown_host, 0, WAITS, "bob@example.test: waiting", "Cannot find host mail.invalid",
     "Check Server in this profile"),
    (busy, 0, WAITS, "bob@example.test: waiting", "localhost.*421 4.3.2 too busy", "nothing to do"),
    (blocked, 0, WAITS, "bob@example.test: waiting", "localhost.*554 5.7.1 your address is blocked",
     "ask the server's administrator"),
    (no_smtp, 0, WAITS, "bob@example.test: waiting", "localhost.*does not speak SMTP", "Port"),
    (greylisted, 0, WAITS, "bob@example.test: waiting by localhost",
     "451 4.7.1 Greylisted, come back later", "nothing to do"),
    (hung_up, 0, WAITS, "bob@example.test: waiting", "localhost.*closed", "emapi queue run"),
    (full, 0, WAITS, "bob@example.test: waiting by localhost", "452 4.3.1 Insufficient system storage",
     "nothing to do"),
    (not_after_all, 0, WAITS, "bob@example.test: waiting by localhost", "451 4.3.0 queue file write error",
     "nothing to do"),
    (one_refused, 0, PARTLY, "bob@example.test: refused by localhost", "550 5.1.1 nobody here",
     "check the address"),
    (all_refused, 0, REFUSED, "bob@example.test: refused by localhost", "550 5.1.1 nobody here",
     "check the address"),
    (no_words, 0, REFUSED, "bob@example.test: refused by localhost", "550", "check the address"),
    (sender_refused, 0, REFUSED, "bob@example.test: refused by localhost", "553 5.7.1 <ann@example.test>",
     "FromAddress"),
    (relay_denied, 0, REFUSED, "bob@example.test: refused by localhost", "554 5.7.1 .*Relay access denied",
     "set User and a password"),
    (spam, 0, REFUSED, "bob@example.test: refused by localhost", "554 5.7.1 looks like spam",
     "ask the server's administrator"),
    (too_large, 0, REFUSED, "bob@example.test: refused", r"\d+ bytes.*1000", "[Aa]ttach less|smaller"),
    (too_large_after_all, 0, REFUSED, "bob@example.test: refused by localhost",
     "552 5.3.4 Message too big for system", "attach less"),
    (no_smtputf8, 0, REFUSED, "bøb@example.test: refused", "SMTPUTF8", "address of plain letters"),
    (no_starttls, 0, HELD, "bob@example.test: held", "localhost.*STARTTLS", "TLS=|set TLS"),
    (starttls_refused, 0, "safe in the Outbox", "bob@example.test: (held|waiting)",
     "454 4.7.0 TLS not available", "emapi queue run"),
    (handshake_cut, 0, "safe in the Outbox", "bob@example.test: (held|waiting)",
     "No TLS connection to localhost.*: the connection was cut", "emapi queue run"),
    (expired, 0, HELD, "bob@example.test: held", "certificate.*expired", "renew|administrator|ask"),
    (wrong_name, 0, HELD, "bob@example.test: held", "certificate.*other.test", "Server"),
    (unknown_authority, 0, HELD, "bob@example.test: held", "emapi test authority", "CAFile"),
    (wrong_fingerprint, 0, HELD, "bob@example.test: held", "[Ff]ingerprint", "Fingerprint"),
    (garbage, 0, WAITS, "bob@example.test: waiting", "localhost.*no SMTP reply", "emapi queue run"),
    (overlong, 0, WAITS, "bob@example.test: waiting", "localhost.*no SMTP reply", "emapi queue run"),
    (login_refused, 0, HELD, "bob@example.test: held",
     "localhost.*refused the login of ann.*535 5.7.8 Error: authentication failed",
     "check User and the password"),
    (login_refused_by_microsoft, 0, HELD, "bob@example.test: held", "535 5.7.139 Authentication unsuccessful",
     "Set-CASMailbox"),
    (login_unknown_way, 0, HELD, "bob@example.test: held", "localhost.*refused the login of ann|localhost.*offers login by GSSAPI",
     "set Auth|password"),
    (kerberos_without_a_ticket, 0, HELD, "bob@example.test: held",
     "localhost.*by GSSAPI cannot be tried: there is no Kerberos ticket here", "kinit"),
    (ntlm_nowhere, 0, HELD, "bob@example.test: held",
     "localhost.*by NTLM cannot be tried: there is no NTLM on this machine", "install the package"),
    (scram_malformed, 0, HELD, "bob@example.test: held",
     "localhost.*by SCRAM-SHA-256 did not work: what the server answers is no part of this login",
     "once that is mended"),
    (scram_fraud, 0, HELD, "bob@example.test: held",
     "the server did not prove that it knows the password", "may not be the server you mean"),
    (directory_down, 67, NOTHING, '"Bob Nobody"', "127.0.0.1.*the server cannot be reached", "check Server="),
    (directory_password_fails, 67, NOTHING, '"Bob Nobody"', "127.0.0.1.*", "password"),
    (no_login, 0, HELD, "bob@example.test: held", "localhost.*offers no login", "submission port"),
    (password_command_fails, 0, HELD, "bob@example.test: held", "exit 3", "PasswordCommand"),
    (password_open, 0, HELD, "bob@example.test: held", "secret.*can be read by others|others|mode",
     "chmod 600|600"),
    (password_gone, 0, HELD, "bob@example.test: held", "secret", "PasswordFile"),
    (proxy_down, 0, "safe in the Outbox", "bob@example.test: (held|waiting)", "proxy", "Proxy"),
    (pickup_nowhere, 0, "safe in the Outbox", "bob@example.test: (held|waiting)", "pickup", "emapi queue run"),
    (no_spooler, 0, "safe in the Outbox", NOBODY, "/nonexistent/emapi-spooler", "emapi queue run"),
    (spool_of_a_newer_emapi, 0, "safe in the Outbox", NOBODY, "spool.db.*newer emapi", "emapi queue run"),
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.mark.parametrize("build, code, safe, whom, who, todo", CASES, ids=[c[0].__name__ for c in CASES])
def test_what_a_person_reads(home, authority, build, code, safe, whom, who, todo):
    with contextlib.ExitStack() as stack:
        case = Case(stack, home, authority)
        build(case)
        done = home.run(*case.command, code=code, **case.options)
        said = done.stdout + done.stderr
        explained = home.run("emapi", "explain", code=None) if code == 0 else None
    missing = [(part, wanted) for part, wanted in (
        ("whether it is safe, and what is next", safe), ("who said what", who), ("what to do", todo),
        ("whom it concerns", whom)) if wanted != NOBODY and not re.search(wanted, said, re.S)]
    assert missing == [], said
    for text in (said, explained.stdout + explained.stderr if explained else ""):
        assert not re.search(LIBRARIES, text), (re.search(LIBRARIES, text), text)
        assert not re.search(BARE, text, re.M), (re.search(BARE, text, re.M), text)
        assert SECRET not in text
    assert done.stderr.startswith("mapisend: ") and not re.search("(?m)^(?!mapisend: ).", done.stderr)


def test_the_table_is_long_enough():
    assert len(CASES) >= 25 and len({c[0] for c in CASES}) == len(CASES)


def test_a_store_that_cannot_be_read_for_a_while_holds_no_mail(home):
    """The spooler is started while the program logs on, and its worker meets the same store."""
    home.pickup_profile()
    home.run("mapisend", *BOB)
    home.stop()
    store = home.data / "test.store"
    whole = store.read_bytes()
    home.data.joinpath("test.store-wal").unlink(missing_ok=True)
    store.write_bytes(b"no store" * 4096)
    refused = home.run("mapisend", *BOB, code=None)
    assert refused.returncode and "nothing was stored or sent" in refused.stderr
    wait_until(lambda: "cannot be read" in home.spooler_log(), "the worker has met it")
    store.write_bytes(whole)
    assert "accepted" in home.run("mapisend", *BOB).stdout
    assert len(home.picked_up()) == 2
