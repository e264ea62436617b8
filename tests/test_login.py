# SPDX-License-Identifier: MIT
"""Login, certificates and proxies as a user meets them: a profile, mapisend, its lines and the
mailbox, against Debian's Postfix with Dovecot's and with Cyrus's SASL, and MIT's KDC."""

import base64
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile
import time
import uuid

import loginservers
import mailserver
import pytest
from conftest import needs_root
from test_send import find, wait_one

pytestmark = needs_root
PASSWORD = "secret of ann"
ODD_PASSWORD = "Grüße \"an' \\ alle€, =2C %s "
NOT_THIS_TIME = "safe in the Outbox"


def only(mechanism, **more):
    """The settings of a service that offers this login alone."""
    return {"smtpd_sasl_mechanism_filter": mechanism, **more}


class Servers:
    """Postfix with a service for each kind of login, of certificate and of TLS."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        os.chmod(self.folder, 0o755)
        self.no_kerberos = loginservers.missing_kerberos()
        self.no_cyrus = loginservers.missing_cyrus("ntlm", "gssapiv2")
        self.kerberos = None if self.no_kerberos else \
            loginservers.Kerberos(self.folder / "kerberos")
        self.tokens = loginservers.Tokens(self.folder / "tokens")
        mechanisms = "plain login scram-sha-256 xoauth2 oauthbearer"
        settings = self.tokens.settings
        if self.kerberos:
            mechanisms += " gssapi"
            settings += (f"auth_krb5_keytab = {self.kerberos.keytab}\n"
                         'auth_gssapi_hostname = "$ALL"\n'
                         "import_environment = $import_environment KRB5_CONFIG\n")
        self.system = mailserver.MailSystem(
            self.folder / "mail", users={"odd": ODD_PASSWORD}, services=self.services(),
            dovecot={"mechanisms": mechanisms, "settings": settings,
                     "environment": self.kerberos and self.kerberos.environment})
        self.authority, self.postfix = self.system.authority, self.system.postfix
        if not self.no_cyrus:
            loginservers.set_cyrus_up(self.postfix, {"ann": PASSWORD}, "GSSAPI NTLM LOGIN")

    def services(self):
        ca = mailserver.Authority(self.folder / "certificates")
        self.certificates, no_login = ca, {
            "smtpd_sasl_auth_enable": "no", "smtpd_sender_restrictions": ""}

        def shows(name, **how):
            cert, key = ca.issue(name, **how)
            return {"smtpd_tls_cert_file": cert, "smtpd_tls_key_file": key}
        ca.issue("ann")
        (self.folder / "known").write_text(f"{self.fingerprint('ann')} ann\n")
        return {
            "plain": only("plain"),
            "login": only("login"),
            "scram": only("scram-sha-256"),
            "passwords": only("plain, login, scram-sha-256"),
            "xoauth2": only("xoauth2"),
            "oauthbearer": only("oauthbearer"),
            "tokens-or-password": only("xoauth2, oauthbearer, plain"),
            "gssapi": only("gssapi"),
            "gssapi-or-plain": only("gssapi, plain"),
            "ntlm": only("ntlm", **loginservers.CYRUS),
            "exchange": dict(loginservers.CYRUS),
            "dovecot-away": {"smtpd_sasl_path": "/nonexistent"},
            "no-login": no_login,
            "no-tls": {"smtpd_tls_security_level": "none"},
            "implicit": {"smtpd_tls_wrappermode": "yes"},
            "stranger": shows("stranger"),
            "wrong-name": shows("wrong-name", hosts=("mail.elsewhere.test",), ips=()),
            "expired": shows("expired", days=-1),
            "client-certificate": {
                **no_login, "smtpd_tls_security_level": "encrypt", "smtpd_tls_ask_ccert": "yes",
                "smtpd_tls_CAfile": ca.ca, "smtpd_tls_fingerprint_digest": "sha256",
                "relay_clientcerts": f"texthash:{self.folder}/known",
                "smtpd_client_restrictions": "permit_tls_clientcerts, reject"},
        }

    def fingerprint(self, name):
        done = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in",
                               self.certificates.folder / f"{name}.pem"],
                              check=True, capture_output=True, text=True)
        return done.stdout.strip().partition("=")[2]

    def stop(self):
        self.system.stop()
        if self.kerberos:
            self.kerberos.stop()


@pytest.fixture(scope="module")
def servers():
    folder = tempfile.mkdtemp(prefix="emapi-login-")
    servers = Servers(folder)
    yield servers
    servers.stop()
    shutil.rmtree(folder)


class Sender:
    """A user with a profile for one of the services, and what came of sending a message."""

    def __init__(self, home, servers, service):
        self.home, self.servers, self.service = home, servers, service
        self.subject = uuid.uuid4().hex
        self.before = len(self.sessions())

    def profile(self, *options, tls="starttls", ca=None, **settings):
        port = self.servers.postfix.ports[self.service]
        ca = ca or self.servers.authority
        self.home.profile("test", "--from", "Ann Sender <ann@example.test>",
                          "--smtp", f"localhost:{port}", "--tls", tls, "--ca-file", ca.ca, *options)
        if settings:
            self.home.run("emapi", "profile", "set", "test",
                          *(f"{word}={value}" for word, value in settings.items()))
        return self

    def with_password(self, *options, password=PASSWORD, **more):
        return self.profile("--user", "ann", "--password-command", f"echo '{password}'", *options,
                            **more)

    def sessions(self):
        return self.servers.postfix.sessions(self.service)

    def session(self):
        """Postfix's count of the commands in the one connection of this sender, whose spooler would
        keep it open for a while."""
        self.home.stop()
        ended = mailserver.wait_until(lambda: self.sessions()[self.before:],
                                      "the connection has ended")
        assert len(ended) == 1, ended
        return ended[0]

    def send(self, *options):
        return self.home.run("mapisend", "--to", "carol@example.test", "--subject", self.subject,
                             "--body", "x", *options)

    def arrives(self):
        """Sends; the message is in the mailbox, once, after one login at most."""
        done = self.send()
        assert done.stdout.startswith("carol@example.test: accepted by "), done.stdout + done.stderr
        self.lines = done.stdout
        wait_one(self.servers.system, "carol", self.subject)
        return self.session()

    def held(self, *words):
        """Sends in vain: the message waits, the user reads why, and nothing was sent."""
        done = self.send()
        assert done.stdout.startswith("carol@example.test: held"), done.stdout + done.stderr
        assert NOT_THIS_TIME in done.stderr
        for word in words:
            assert word in done.stdout, done.stdout
        listed = self.home.run("emapi", "queue", "list").stdout
        assert self.subject in listed and "held" in listed
        assert find(self.servers.system, "carol", self.subject) == []
        return done.stdout


@pytest.fixture
def sender(home, servers):
    return lambda service: Sender(home, servers, service)


# --- what the server offers ---

@pytest.mark.parametrize("service", ["plain", "login", "scram", "passwords"])
def test_password(sender, service):
    assert sender(service).with_password().arrives()["auth"] == "1"


@pytest.mark.parametrize("service", ["plain", "login", "scram"])
def test_password_of_any_letters(home, sender, service):
    path = home.folder / "password"
    path.write_text(ODD_PASSWORD + "\n")
    path.chmod(0o600)
    mine = sender(service).profile("--user", "odd", "--password-file", path)
    assert mine.arrives()["auth"] == "1"


def base64_of(text):
    return base64.b64encode(text.encode()).decode().rstrip("=")


def test_no_secret_is_left_anywhere(home, sender):
    """Neither in the store nor in what the spooler keeps and logs: only the profile knows it."""
    password = home.folder / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    for service in ("plain", "login"):
        mine = Sender(home, sender(service).servers, service)
        mine.profile("--user", "ann", "--password-file", password).arrives()
        home.run("emapi", "profile", "delete", "test", code=None)
    secrets = [s.encode() for s in (PASSWORD, base64_of(PASSWORD), base64_of(f"\0ann\0{PASSWORD}"))]
    for path in home.folder.rglob("*"):
        if path.is_file() and path != password:
            assert not [s for s in secrets if s in path.read_bytes()], path


@pytest.mark.parametrize("service", ["xoauth2", "oauthbearer"])
def test_token(sender, servers, service):
    """The token comes from a command each time: it may be new each time."""
    mine = sender(service).with_password(password=servers.tokens.token("ann"), Auth=service.upper())
    assert mine.arrives()["auth"] == "1"


@pytest.mark.parametrize("service", ["xoauth2", "oauthbearer"])
def test_token_as_long_as_those_of_large_companies(sender, servers, service):
    token = servers.tokens.token("ann", groups=[uuid.uuid4().hex for _ in range(60)])
    assert 2500 < len(token) < 4000
    mine = sender(service).with_password(password=token, Auth=service.upper())
    assert mine.arrives()["auth"] == "1"


def test_token_is_preferred_to_nothing_that_was_not_asked_for(sender, servers):
    mine = sender("tokens-or-password").with_password(password=servers.tokens.token("ann"),
                                                      Auth="XOAUTH2")
    assert mine.arrives()["auth"] == "1"


def test_a_password_is_no_token(sender):
    """Where the profile does not say that its secret is a token it is used as a password."""
    assert sender("tokens-or-password").with_password().arrives()["auth"] == "1"

@pytest.mark.parametrize("service", ["xoauth2", "oauthbearer"])
def test_token_that_is_over(sender, servers, service):
    mine = sender(service).with_password(password=servers.tokens.token("ann", seconds=-60),
                                         Auth=service.upper())
    mine.held("535 5.7.8")
    assert mine.session()["auth"] == "0/1"


def test_password_where_only_tokens_are_taken(sender):
    mine = sender("xoauth2").with_password()
    mine.held("XOAUTH2", "Nothing was sent")
    assert "auth" not in mine.session()


def need_kerberos(servers):
    if servers.no_kerberos:
        pytest.skip(servers.no_kerberos)


def need_cyrus(servers):
    if servers.no_cyrus:
        pytest.skip(servers.no_cyrus)


def need_ntlmssp():
    if not loginservers.NTLMSSP.exists():
        pytest.skip("gss-ntlmssp is not installed")


def test_kerberos(home, sender, servers):
    """The ticket that is there is enough: the profile has a user and no password."""
    need_kerberos(servers)
    home.environment.update(servers.kerberos.ticket(home.folder))
    mine = sender("gssapi").profile("--user", "ann", "--password-command", "false")
    assert mine.arrives()["auth"] == "1"


def test_kerberos_is_preferred_to_a_password(home, sender, servers):
    need_kerberos(servers)
    home.environment.update(servers.kerberos.ticket(home.folder))
    mine = sender("gssapi-or-plain").with_password(password="wrong")
    assert mine.arrives()["auth"] == "1"


def test_kerberos_without_a_ticket_is_no_try(home, sender, servers):
    need_kerberos(servers)
    home.environment["KRB5CCNAME"] = f"FILE:{home.folder}/no-ticket"
    assert sender("gssapi-or-plain").with_password().arrives()["auth"] == "1"


def test_kerberos_alone_and_no_ticket(home, sender, servers):
    need_kerberos(servers)
    home.environment["KRB5CCNAME"] = f"FILE:{home.folder}/no-ticket"
    mine = sender("gssapi").with_password()
    mine.held("GSSAPI", "there is no Kerberos ticket here; get one by kinit")
    assert "auth" not in mine.session()


def test_kerberos_whose_server_is_away(home, sender, servers):
    """The ticket is there; that for the mail server cannot be had."""
    need_kerberos(servers)
    home.environment.update(servers.kerberos.ticket(home.folder))
    config = home.folder / "krb5.conf"
    config.write_text(re.sub("kdc = .*", f"kdc = 127.0.0.1:{mailserver.free_port()}",
                             servers.kerberos.config.read_text()))
    home.environment["KRB5_CONFIG"] = str(config)
    sender("gssapi").with_password().held("no Kerberos server can be found or reached", "/etc/krb5.conf")


def test_kerberos_that_does_not_know_the_mail_server(home, sender, servers):
    need_kerberos(servers)
    servers.kerberos.admin("delprinc -force smtp/localhost")
    try:
        home.environment.update(servers.kerberos.ticket(home.folder))
        sender("gssapi").with_password().held("Kerberos has no service of this server's name", "set Server")
    finally:
        servers.kerberos.admin("addprinc -randkey smtp/localhost")
        servers.kerberos.admin(f"ktadd -k {servers.kerberos.keytab} smtp/localhost")


def test_kerberos_ticket_that_has_expired(home, sender, servers):
    need_kerberos(servers)
    home.environment.update(servers.kerberos.ticket(home.folder, "-l", "1s"))
    over = int(time.time()) + 2  # Kerberos counts whole seconds, and the ticket's last one is good
    time.sleep(over - time.time())
    sender("gssapi").with_password().held("the Kerberos ticket has expired; get a new one by kinit")


def test_ticket_that_the_server_does_not_take(home, sender, servers):
    """Cyrus has no keytab here.  A refused ticket is no refused password: that is tried next."""
    need_kerberos(servers)
    need_cyrus(servers)
    home.environment.update(servers.kerberos.ticket(home.folder),
                            GSS_MECH_CONFIG=str(home.folder / "no-mechanisms"))
    assert sender("exchange").with_password().arrives()["auth"] == "1/2"


def test_ntlm(sender, servers):
    need_cyrus(servers)
    need_ntlmssp()
    assert sender("ntlm").with_password().arrives()["auth"] == "1"


def test_ntlm_with_a_wrong_password(sender, servers):
    need_cyrus(servers)
    need_ntlmssp()
    mine = sender("ntlm").with_password(password="wrong")
    mine.held("535 5.7.8")
    assert mine.session()["auth"] == "0/1"


def test_login_where_kerberos_and_ntlm_are_offered_too(home, sender, servers):
    """What a server of a Windows domain offers, to someone who has only a password, on a machine
    that has no NTLM."""
    need_cyrus(servers)
    home.environment.update(KRB5CCNAME=f"FILE:{home.folder}/no-ticket",
                            GSS_MECH_CONFIG=str(home.folder / "no-mechanisms"))
    assert sender("exchange").with_password().arrives()["auth"] == "1"


def test_profile_chooses_login(sender, servers):
    need_cyrus(servers)
    assert sender("exchange").with_password(Auth="LOGIN").arrives()["auth"] == "1"


@pytest.mark.parametrize("refusal", ["504 5.5.4 Unrecognized authentication type",
                                     "534 5.7.9 Authentication mechanism is too weak"])
def test_refused_mechanism_is_followed_by_the_next(home, servers, refusal):
    """Neither Postfix nor Dovecot refuses what it offers: aiosmtpd does when told to."""
    controller = pytest.importorskip("aiosmtpd.controller")
    from aiosmtpd.smtp import AuthResult
    tried, got = [], []

    class Handler:
        async def auth_PLAIN(self, server, words):
            tried.append("PLAIN")
            await server.push(refusal)
            return AuthResult(success=False, handled=True)

        async def handle_DATA(self, server, session, envelope):
            got.append(envelope.rcpt_tos)
            return "250 2.0.0 Ok: queued as A1"

    def check(server, session, envelope, mechanism, data):
        tried.append(mechanism)
        return AuthResult(success=(data.login, data.password) == (b"ann", PASSWORD.encode()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*servers.system.certificate)
    server = controller.Controller(Handler(), hostname="127.0.0.1", port=mailserver.free_port(),
                                   tls_context=context, require_starttls=True, authenticator=check,
                                   auth_required=True)
    server.start()
    try:
        home.profile("test", "--from", "ann@example.test", "--smtp", f"localhost:{server.port}",
                     "--ca-file", servers.authority.ca, "--user", "ann",
                     "--password-command", f"echo '{PASSWORD}'")
        done = home.run("mapisend", "--to", "carol@example.test", "--subject", "s", "--body", "x")
    finally:
        server.stop()
    assert "accepted" in done.stdout, done.stdout
    assert tried == ["PLAIN", "LOGIN"] and got == [["carol@example.test"]]


# --- no login, no mail ---

@pytest.mark.parametrize("service", ["plain", "login", "scram", "passwords"])
def test_wrong_password(sender, service):
    """One try: a second mechanism with the same wrong password would lock the account sooner."""
    mine = sender(service).with_password(password="wrong")
    mine.held("535 5.7.8", "Nothing was sent")
    assert mine.session()["auth"] == "0/1"


def test_right_password_after_a_wrong_one(home, sender):
    """What is held goes once its cause is mended."""
    mine = sender("plain").with_password(password="wrong")
    mine.held()
    home.run("emapi", "profile", "set", "test", f"PasswordCommand=echo '{PASSWORD}'")
    home.run("emapi", "queue", "run")
    wait_one(mine.servers.system, "carol", mine.subject)


def test_password_command_that_fails(sender):
    mine = sender("plain").profile("--user", "ann", "--password-command", "echo locked >&2; exit 3")
    mine.held("No password for ann", "PasswordCommand")
    assert not {"auth", "mail"} & set(mine.session())


def test_the_server_cannot_check_passwords_just_now(sender):
    """Dovecot is away: Postfix says so with a 4xx, and what waits goes by itself later."""
    mine = sender("dovecot-away").with_password()
    done = mine.send("--wait", "2")
    assert done.stdout.startswith("carol@example.test: waiting"), done.stdout
    assert "next try at" in done.stdout and NOT_THIS_TIME in done.stderr


def test_no_login_offered(sender):
    mine = sender("no-login").with_password()
    mine.held("offers no login", "Nothing was sent")
    assert not {"auth", "mail"} & set(mine.session())


def test_no_login_wanted(sender):
    assert "auth" not in sender("no-login").profile().arrives()


def test_login_offered_after_tls_only(sender):
    mine = sender("plain").with_password(tls="none")
    mine.held("offers no login", "TLS=starttls")
    assert not {"auth", "mail"} & set(mine.session())


# --- certificates ---

@pytest.mark.parametrize("service,cause", [("wrong-name", "mail.elsewhere.test"),
                                           ("expired", "expired")])
def test_bad_certificate(sender, servers, service, cause):
    mine = sender(service).with_password(ca=servers.certificates)
    mine.held("certificate", cause, "Nothing was sent",
              f"Fingerprint={servers.fingerprint(service).replace(':', '')}")
    assert not any({"auth", "mail"} & set(s) for s in mine.sessions())


def test_unknown_authority(sender):
    sender("stranger").with_password().held("certificate", "emapi test authority")


def test_own_authority(sender, servers):
    sender("stranger").with_password(ca=servers.certificates).arrives()


@pytest.mark.parametrize("service", ["wrong-name", "expired", "stranger"])
def test_pinned_certificate(sender, servers, service):
    sender(service).with_password(Fingerprint=servers.fingerprint(service)).arrives()


def test_other_certificate_than_the_pinned_one(sender, servers):
    mine = sender("stranger").with_password(ca=servers.certificates,
                                            Fingerprint=servers.fingerprint("expired"))
    mine.held("another certificate", servers.fingerprint("stranger").replace(":", ""))
    assert "auth" not in mine.session()


def test_stripped_starttls(sender):
    mine = sender("no-tls").with_password()
    mine.held("does not offer STARTTLS", "Nothing was sent in the clear")
    assert not {"auth", "mail"} & set(mine.session())


def test_implicit_tls(sender):
    session = sender("implicit").with_password(tls="implicit").arrives()
    assert session["auth"] == "1" and "starttls" not in session


def test_implicit_tls_where_there_is_none_at_first(sender):
    sender("plain").with_password(tls="implicit").held("TLS=starttls")


def test_client_certificate(sender, servers):
    folder = servers.certificates.folder
    mine = sender("client-certificate").profile(ClientCertificate=folder / "ann.pem",
                                                ClientKey=folder / "ann.key")
    assert "auth" not in mine.arrives()


def test_client_certificate_that_is_missing(sender):
    """The server's answer is about this machine: it is told word for word."""
    done = sender("client-certificate").profile().send()
    assert "refused by" in done.stdout and "554 5.7.1" in done.stdout
    assert "Client host rejected: Access denied" in done.stdout


# --- proxies ---

@pytest.mark.parametrize("kind,scheme", [("socks5", "socks5h"), ("http", "http")])
def test_proxy(sender, servers, kind, scheme):
    proxy = loginservers.Proxy(kind)
    try:
        mine = sender("plain").with_password(Proxy=f"{scheme}://127.0.0.1:{proxy.port}")
        assert mine.arrives()["auth"] == "1"
    finally:
        proxy.stop()
    assert "accepted by localhost: 250" in mine.lines  # the server's address is the proxy's secret
    assert proxy.asked == [f"localhost:{servers.postfix.ports['plain']}"]


def test_proxy_that_wants_a_password(home, sender):
    proxy = loginservers.Proxy("http")
    try:
        url = f"http://ann:secret%20way@127.0.0.1:{proxy.port}"
        mine = sender("plain").with_password(Proxy=url)
        mine.arrives()
    finally:
        proxy.stop()
    credentials = base64_of("ann:secret way")
    assert f"Proxy-Authorization: Basic {credentials}" in [h.rstrip("=") for h in proxy.headers]
    for path in [p for p in home.state.rglob("*") if p.is_file()]:
        assert credentials.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("refusal,state", [("403 Forbidden", "waiting"),
                                           ("407 Proxy Authentication Required", "held")])
def test_proxy_that_refuses(sender, refusal, state):
    proxy = loginservers.Proxy("http", refusal)
    try:
        mine = sender("plain").with_password(Proxy=f"http://who:ever@127.0.0.1:{proxy.port}")
        done = mine.send("--wait", "2")
    finally:
        proxy.stop()
    assert done.stdout.startswith(f"carol@example.test: {state}"), done.stdout
    assert f"through the proxy 127.0.0.1:{proxy.port}: " in done.stdout
    assert refusal[:3] in done.stdout and NOT_THIS_TIME in done.stderr
    assert mine.sessions()[mine.before:] == []


def test_proxy_that_is_not_there(sender):
    port = mailserver.free_port()
    mine = sender("plain").with_password(Proxy=f"socks5h://127.0.0.1:{port}")
    done = mine.send("--wait", "2")
    assert "waiting" in done.stdout and NOT_THIS_TIME in done.stderr, done.stdout
    assert f"through the proxy 127.0.0.1:{port}: Connection refused" in done.stdout
    assert mine.sessions()[mine.before:] == []
