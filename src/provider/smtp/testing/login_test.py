# SPDX-License-Identifier: MIT
"""Logins that need more than a password: Kerberos against Debian's KDC and Dovecot, NTLM, and
SCRAM as Dovecot speaks it.  Skipped where the servers are not installed."""

import base64
import functools
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "tests"))
import mailserver  # noqa: E402
import ntlm  # noqa: E402
from peer import Peer  # noqa: E402

PROGRAM = os.environ.get("SMTP_SEND", "smtp-send")
FEATURES = os.environ.get("SMTP_FEATURES", "HAVE_GSASL HAVE_GSSAPI")
needs_servers = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("postfix", path="/usr/sbin"), reason="needs root, Postfix")
needs_kerberos = pytest.mark.skipif(
    "HAVE_GSSAPI" not in FEATURES or not os.path.exists("/usr/sbin/krb5kdc")
    or not os.path.exists("/usr/lib/dovecot/modules/auth/libmech_gssapi.so"),
    reason="needs a KDC and Dovecot with GSSAPI")
needs_ntlm = pytest.mark.skipif(
    "HAVE_GSSAPI" not in FEATURES or not os.path.exists("/etc/gss/mech.d/mech.ntlmssp.conf"),
    reason="needs gss-ntlmssp")


def send(port, *arguments, environment=()):
    done = subprocess.run(
        [PROGRAM, "--server=localhost", f"--port={port}", "--user=ann", "--from=ann@example.test",
         "--message=/etc/hostname", *arguments, "dave@example.test"], capture_output=True,
        text=True, timeout=60, env={**os.environ, **dict(environment)})
    assert done.returncode == 0, f"{done.returncode}\n{done.stdout}{done.stderr}"
    lines = done.stdout.splitlines()
    return lines[0].split("\t")[1:], [line[2:].split("\t")[0] for line in lines if line.startswith("| ")]


# --- Kerberos ---

class Realm:
    """A Kerberos realm of its own: ann, and the service smtp/localhost."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        port = mailserver.free_port()
        self.keytab = self.folder / "keytab"
        self.cache = self.folder / "cache"
        config = self.folder / "krb5.conf"
        config.write_text(f"""
[libdefaults]
 default_realm = EXAMPLE.TEST
 dns_canonicalize_hostname = false
 dns_lookup_kdc = false
 rdns = false
[realms]
 EXAMPLE.TEST = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 localhost = EXAMPLE.TEST
""")
        (self.folder / "kdc.conf").write_text(f"""
[realms]
 EXAMPLE.TEST = {{
  database_name = {self.folder}/principal
  key_stash_file = {self.folder}/stash
  acl_file = {self.folder}/acl
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
 }}
""")
        self.environment = {"KRB5_CONFIG": str(config), "KRB5CCNAME": f"FILE:{self.cache}",
                            "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf")}
        self.all = {**os.environ, **self.environment}
        self.run("kdb5_util", "create", "-s", "-P", "master", "-r", "EXAMPLE.TEST")
        self.run("kadmin.local", "-q", "addprinc -pw secret ann")
        self.run("kadmin.local", "-q", "addprinc -randkey smtp/localhost")
        self.run("kadmin.local", "-q", f"ktadd -k {self.keytab} smtp/localhost")
        os.chmod(self.keytab, 0o644)
        self.kdc = subprocess.Popen(["/usr/sbin/krb5kdc", "-n"], env=self.all,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        mailserver.wait_until(lambda: mailserver.answers(port), "the KDC listens")
        self.run("kinit", "ann", input="secret\n")

    def run(self, *command, **options):
        path = "/usr/sbin:/usr/bin:/sbin:/bin"
        done = subprocess.run(command, env={**self.all, "PATH": path}, text=True,
                              capture_output=True, **options)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    def stop(self):
        self.kdc.terminate()
        self.kdc.wait(20)


def open_folder():
    """A folder that the servers' own users may enter (pytest's belong to its user alone)."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="emapi-login-"))
    os.chmod(folder, 0o755)
    return folder


@pytest.fixture(scope="module")
def realm():
    folder = open_folder()
    realm = Realm(folder)
    yield realm
    realm.stop()
    shutil.rmtree(folder)


@pytest.fixture
def open_path():
    folder = open_folder()
    yield folder
    shutil.rmtree(folder)


def mail_system(folder, monkeypatch, mechanisms):
    monkeypatch.setattr(mailserver, "Dovecot",
                        functools.partial(mailserver.Dovecot, mechanisms=mechanisms))
    return mailserver.MailSystem(folder / "system")


@needs_servers
@needs_kerberos
def test_kerberos(realm, tmp_path, monkeypatch, open_path):
    system = mail_system(
        open_path, monkeypatch, "plain login gssapi\nauth_gssapi_hostname = \"$ALL\"\n"
        f"auth_krb5_keytab = {realm.keytab}\n"
        f"import_environment = PATH KRB5_CONFIG={realm.environment['KRB5_CONFIG']}\n")
    options = ("--tls=starttls", f"--ca-file={system.authority.ca}")
    try:
        verdict, journey = send(system.port, *options, environment=realm.environment)
        assert verdict[0] == "accepted", (verdict, journey)
        assert "> AUTH GSSAPI ****" in journey or "> AUTH GSSAPI" in journey
        # Without a ticket the password does.
        without = {**realm.environment, "KRB5CCNAME": f"FILE:{tmp_path}/none"}
        verdict, journey = send(system.port, *options, "--password=secret of ann",
                                environment=without)
        assert verdict[0] == "accepted" and "> AUTH PLAIN ****" in journey
        verdict, journey = send(system.port, *options, "--auth=gssapi", environment=without)
        assert verdict[0] == "hold" and "GSSAPI" in verdict[3]
    finally:
        system.stop()


# --- NTLM ---

# gss-ntlmssp 1.2 forgets an EVP_MD at each hash; the leak is not ours.
@pytest.fixture
def forgive(tmp_path):
    path = tmp_path / "lsan"
    path.write_text("leak:gssntlmssp\n")
    return {"LSAN_OPTIONS": f"suppressions={path}:print_suppressions=0",
            "ASAN_OPTIONS": "fast_unwind_on_malloc=0"}


def ntlm_login(connection, mechanism, initial):
    server = ntlm.Server()
    if mechanism != "NTLM" or initial:
        return connection.say("504 5.5.4 no")
    connection.say("334 ntlm supported")
    negotiate = base64.b64decode(connection.line())
    answer = connection.ask(server.challenge(negotiate))
    right = server.check(answer, {"ann": "secret of ann"})
    if right and connection.secure:
        pem = pathlib.Path(connection.get("certificate")[0]).read_text()
        right = server.pairs.get(10) == ntlm.channel_bindings(ssl.PEM_cert_to_DER_cert(pem))
    if right:
        connection.say("235 2.7.0 Authentication successful")
    else:
        connection.say("535 5.7.3 Authentication unsuccessful")
    return None


def test_md4():
    assert ntlm.md4(b"message digest").hex() == "d9130a8164549fe818874806e1c7014b"


@needs_ntlm
@pytest.mark.parametrize("user", ["ann", "EXAMPLE\\ann", "ann@example.test"])
def test_ntlm(user, forgive):
    with Peer(["AUTH NTLM"], login=ntlm_login) as peer:
        verdict, journey = send(peer.port, "--tls=none", f"--user={user}",
                                "--password=secret of ann", environment=forgive)
        if "@" not in user:  # a principal name travels whole: this server knows no domain
            assert verdict[0] == "accepted", (verdict, journey)
        verdict, _ = send(peer.port, "--tls=none", f"--user={user}", "--password=wrong",
                          environment=forgive)
    assert verdict[:2] == ["hold", "535"]


@needs_ntlm
def test_ntlm_is_bound_to_the_tls_connection(tmp_path, forgive):
    authority = mailserver.Authority(tmp_path / "ca")
    with Peer(["STARTTLS"], ehlo_tls=["AUTH NTLM"], login=ntlm_login,
              certificate=authority.issue("server")) as peer:
        verdict, journey = send(peer.port, "--tls=starttls", f"--ca-file={authority.ca}",
                                "--password=secret of ann", environment=forgive)
    assert verdict[0] == "accepted", (verdict, journey)


# --- SCRAM as Dovecot speaks it ---

@needs_servers
@pytest.mark.skipif("HAVE_GSASL" not in FEATURES, reason="built without libgsasl")
def test_scram_with_dovecot(tmp_path, monkeypatch, open_path):
    system = mail_system(open_path, monkeypatch, "plain login scram-sha-1 scram-sha-256")
    options = ("--tls=starttls", f"--ca-file={system.authority.ca}")
    try:
        for auth, expected in (((), "SHA-256"), (("--auth=scram-sha-1",), "SHA-1")):
            verdict, journey = send(system.port, *options, *auth, "--password=secret of ann")
            assert verdict[0] == "accepted" and f"> AUTH SCRAM-{expected} ****" in journey
        verdict, _ = send(system.port, *options, "--password=wrong")
        assert verdict[:2] == ["hold", "535"]
        assert len(system.wait_for("dave", 2)) == 2
    finally:
        system.stop()
