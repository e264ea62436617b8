# SPDX-License-Identifier: MIT
"""What real servers need beside mailserver.py to take other logins than a password in the clear: a
Kerberos realm, Cyrus SASL's user database, signed tokens, and proxies on the way to them."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time

from mailserver import answers, free_port, wait_until

SASL_PLUGINS = pathlib.Path("/usr/lib") / f"{os.uname().machine}-linux-gnu" / "sasl2"
NTLMSSP = SASL_PLUGINS.parent / "gssntlmssp" / "gssntlmssp.so"
DOVECOT_GSSAPI = pathlib.Path("/usr/lib/dovecot/modules/auth/libmech_gssapi.so")


def missing_kerberos():
    """Why there can be no Kerberos realm here, or None."""
    for program in ("krb5kdc", "kdb5_util", "kadmin.local", "kinit"):
        if not shutil.which(program):
            return f"{program} is not installed (krb5-kdc, krb5-admin-server, krb5-user)"
    return None if DOVECOT_GSSAPI.exists() else "dovecot-gssapi is not installed"


def missing_cyrus(*mechanisms):
    """Why Cyrus SASL cannot offer them here, or None."""
    if not shutil.which("saslpasswd2"):
        return "sasl2-bin is not installed"
    packages = {"ntlm": "libsasl2-modules", "gssapiv2": "libsasl2-modules-gssapi-mit"}
    for name in mechanisms:
        if not (SASL_PLUGINS / f"lib{name}.so").exists():
            return f"{packages[name]} is not installed"
    return None


class Kerberos:
    """A realm of its own with its KDC; ann has a keytab instead of a password to type."""

    REALM = "EXAMPLE.TEST"

    def __init__(self, folder, user="ann", service="smtp/localhost"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        os.chmod(self.folder, 0o755)
        self.port, self.user = free_port(), user
        self.keytab, self.user_keytab = self.folder / "service.keytab", self.folder / "user.keytab"
        self.config = self.folder / "krb5.conf"
        self.config.write_text(f"""
[libdefaults]
default_realm = {self.REALM}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
[realms]
{self.REALM} = {{
  kdc = 127.0.0.1:{self.port}
}}
[domain_realm]
localhost = {self.REALM}
""")
        (self.folder / "kdc.conf").write_text(f"""
[kdcdefaults]
kdc_listen = 127.0.0.1:{self.port}
kdc_tcp_listen = 127.0.0.1:{self.port}
[realms]
{self.REALM} = {{
  database_name = {self.folder}/principal
  key_stash_file = {self.folder}/stash
  acl_file = {self.folder}/acl
}}
[logging]
kdc = FILE:{self.folder}/kdc.log
""")
        self.environment = {"KRB5_CONFIG": str(self.config),
                            "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf")}
        self.run("kdb5_util", "create", "-s", "-r", self.REALM, "-P", "master of the test realm")
        for principal, keytab in ((user, self.user_keytab), (service, self.keytab)):
            self.admin(f"addprinc -randkey {principal}")
            self.admin(f"ktadd -k {keytab} {principal}")
            os.chmod(keytab, 0o644)
        self.process = subprocess.Popen(["krb5kdc", "-n"], env={**os.environ, **self.environment},
                                        stdout=subprocess.DEVNULL,
                                        stderr=(self.folder / "stderr").open("w"))
        wait_until(lambda: answers(self.port), f"the KDC listens (see {self.folder})")

    def run(self, *command, **more):
        done = subprocess.run(command, env={**os.environ, **self.environment, **more}, text=True,
                              capture_output=True)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    def admin(self, query):
        self.run("kadmin.local", "-r", self.REALM, "-q", query)

    def ticket(self, folder, *options):
        """Logs the user in; what a program's environment needs to find the ticket."""
        cache = f"FILE:{folder}/ticket"
        self.run("kinit", *options, "-k", "-t", str(self.user_keytab), self.user, KRB5CCNAME=cache)
        return {"KRB5_CONFIG": str(self.config), "KRB5CCNAME": cache}

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


CYRUS = {"smtpd_sasl_type": "cyrus", "smtpd_sasl_path": "smtpd"}


def set_cyrus_up(postfix, users, mechanisms, realm="mx.example.test"):
    """A user database of its own for the services that have CYRUS among their settings; to be made
    before the first of them is spoken to.  Debian's Postfix looks for it beside its main.cf."""
    folder = postfix.config / "sasl"
    folder.mkdir()
    database = folder / "users"
    (folder / "smtpd.conf").write_text(
        f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {database}\n"
        f"mech_list: {mechanisms}\n")
    for user, password in users.items():
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", database, "-u", realm, user], check=True,
                       input=password.encode(), capture_output=True)
    for path in folder.iterdir():
        os.chmod(path, 0o644)


class Tokens:
    """Makes signed tokens (JWT, RFC 7519) and the part of Dovecot's settings that takes them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.secret = os.urandom(32)
        keys = self.folder / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_bytes(base64.b64encode(self.secret))
        config = self.folder / "oauth2.conf"
        config.write_text("introspection_mode = local\nusername_attribute = sub\n"
                          f"local_validation_key_dict = fs:posix:prefix={self.folder}/\n")
        self.settings = ("passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n"
                         f"  args = {config}\n}}\n")

    def token(self, user, seconds=600, **claims):
        """seconds < 0: one that is over."""
        def part(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")
        now = int(time.time())
        claims |= {"sub": user, "iat": now - 1200, "nbf": now - 1200, "exp": now + seconds}
        text = b".".join(part(json.dumps(p).encode())
                         for p in ({"alg": "HS256", "typ": "JWT"}, claims))
        return (text + b"." + part(hmac.digest(self.secret, text, hashlib.sha256))).decode()


class Proxy:
    """A proxy that leads where it is asked to: SOCKS5 with names (RFC 1928), or HTTP's CONNECT.
    `asked` holds "HOST:PORT" of each connection, `headers` what HTTP's requests held beside.
    `refusal` is the first line of the HTTP answer of a proxy that lets nobody through."""

    def __init__(self, kind, refusal=None):
        self.asked, self.headers, self.refusal = [], [], refusal
        self.negotiate = {"socks5": self._socks5, "http": self._http}[kind]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, client.makefile("rb", buffering=0) as reader:
            host, port, go_on = self.negotiate(client, reader)
            self.asked.append(f"{host}:{port}")
            if self.refusal:
                client.sendall(f"HTTP/1.1 {self.refusal}\r\nContent-Length: 0\r\n\r\n".encode())
                return
            with socket.create_connection((host, port)) as server:
                client.sendall(go_on)
                back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
                back.start()
                self._pump(client, server)
                back.join()

    @staticmethod
    def _socks5(client, reader):
        _, count = reader.read(2)
        reader.read(count)
        client.sendall(b"\5\0")
        kind = reader.read(4)[3]
        assert kind == 3, "the name is the proxy's to look up"
        host = reader.read(reader.read(1)[0]).decode()
        return host, int.from_bytes(reader.read(2), "big"), b"\5\0\0\1\0\0\0\0\0\0"

    def _http(self, client, reader):
        request = reader.readline().decode()
        while header := reader.readline().decode().strip():
            self.headers.append(header)
        host, port = re.fullmatch(r"CONNECT (\S+):(\d+) HTTP/1\.[01]\r\n", request).groups()
        return host, int(port), b"HTTP/1.1 200 Connection established\r\n\r\n"

    @staticmethod
    def _pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def stop(self):
        self.listener.close()
