# SPDX-License-Identifier: MIT
"""Private mail servers for the tests: Debian's Postfix and Dovecot, each in a folder of its own, on
free loopback ports, with a certificate authority of its own.  They need root (Postfix's master
does), touch nothing of the system's configuration and are ended by their process ids."""

import mailbox
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

POSTFIX_DAEMONS = "/usr/lib/postfix/sbin"
MAILBOXES = ("ann", "bob", "carol", "dave", "erin")


reserved = []


def free_port():
    """A port that nobody else is given while this process lives: it stays bound, which lets a server
    listen that sets SO_REUSEADDR, as all do.  Postfix would even share it with another Postfix."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 0))
    reserved.append(s)
    return s.getsockname()[1]


def wait_until(condition, what, seconds=20):
    """Polls until condition() is true and returns what it gave.  `what` (a text, or a function that
    gives one when the time is over) says what was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s still not: {what() if callable(what) else what}")
        time.sleep(0.02)


def answers(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


class Authority:
    """A certificate authority; ca.pem is what a client has to trust."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca = self.folder / "ca.pem"
        openssl(self.folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=emapi test authority",
                "-addext", "basicConstraints=critical,CA:TRUE")

    def issue(self, name, hosts=("localhost",), ips=("127.0.0.1",), days=30):
        """A certificate and its key for the hosts; days < 0 makes an expired one."""
        alt = ",".join([f"DNS:{h}" for h in hosts] + [f"IP:{i}" for i in ips])
        cert, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        openssl(self.folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key.name,
                "-out", f"{name}.csr", "-subj", f"/CN={hosts[0] if hosts else ips[0]}")
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={alt}\n")
        openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey",
                "ca.key", "-CAcreateserial", "-out", cert.name, "-days", str(days),
                "-extfile", f"{name}.ext")
        return cert, key


class Dovecot:
    """Checks passwords for Postfix and shows the mailboxes over IMAP."""

    def __init__(self, folder, users, mail, uid, gid, mechanisms="plain login", settings="",
                 environment=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.auth_socket = self.folder / "auth"
        self.imap_port = free_port()
        (self.folder / "users").write_text(
            "".join(f"{u}:{{PLAIN}}{p}::::::\n" for u, p in users.items()))
        self.config = self.folder / "dovecot.conf"
        self.config.write_text(f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
first_valid_uid = {uid}
mail_location = maildir:{mail}/%n
passdb {{
  driver = passwd-file
  args = username_format=%u {self.folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%n
}}
service auth {{
  unix_listener {self.auth_socket} {{
    mode = 0666
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
# Dovecot answers wrong passwords ever later, in the end too late for Postfix: not here.
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{settings}
""")
        self.process = subprocess.Popen(["dovecot", "-F", "-c", str(self.config)],
                                        env={**os.environ, **(environment or {})},
                                        stdout=subprocess.DEVNULL,
                                        stderr=(self.folder / "stderr").open("w"))
        wait_until(lambda: self.auth_socket.exists() and answers(self.imap_port),
                   f"Dovecot listens (see {self.folder}/log)")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Postfix:
    """Takes mail for example.test into Maildirs below `mail`, after STARTTLS and login.

    `refuse` maps recipient addresses to the server's words, e.g. "550 5.1.1 no such person".
    `settings` are further lines of main.cf.  `services` maps names to settings of smtpd that differ
    there: each listens on a port of its own, ports[name], and has its own lines in the log."""

    def __init__(self, folder, certificate, auth_socket, mail, uid, gid, refuse=None,
                 settings="", tls="may", login=True, services=None):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "etc"
        self.mail = pathlib.Path(mail)
        self.port = free_port()
        for name in ("etc", "queue", "data", "log"):
            (self.folder / name).mkdir(parents=True)
        shutil.chown(self.folder / "data", "postfix")
        self.log_file = self.folder / "log" / "mail.log"
        self.access = self.config / "recipient_access"
        self.refuse(refuse or {})
        (self.config / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
command_directory = /usr/sbin
daemon_directory = {POSTFIX_DAEMONS}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {self.log_file}
maillog_file_prefixes = {self.folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
myhostname = mx.example.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
virtual_mailbox_domains = example.test
virtual_mailbox_base = {self.mail}
virtual_mailbox_maps = texthash:{self.config}/mailboxes
virtual_minimum_uid = {min(uid, 1)}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtputf8_enable = yes
smtpd_tls_security_level = {tls}
smtpd_tls_cert_file = {certificate[0]}
smtpd_tls_key_file = {certificate[1]}
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 1
smtpd_sasl_auth_enable = {"yes" if login else "no"}
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth_socket}
smtpd_client_restrictions =
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_sender_restrictions = {"permit_sasl_authenticated, reject" if login else ""}
smtpd_recipient_restrictions = check_recipient_access texthash:{self.access}, permit
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 2000
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
{settings}
""")
        # Names have mailboxes of their own; every other address of the domain lands in `other`.
        (self.config / "mailboxes").write_text(
            "".join(f"{n}@example.test {n}/\n" for n in MAILBOXES) + "@example.test other/\n")
        self.ports = {name: free_port() for name in services or {}}
        smtpds = "".join(
            f"127.0.0.1:{self.ports[name]} inet n - n - - smtpd\n  -o syslog_name={name}\n"
            + "".join(f"  -o {{ {key} = {value} }}\n" for key, value in changes.items())
            for name, changes in (services or {}).items())
        (self.config / "master.cf").write_text(f"""
127.0.0.1:{self.port} inet n - n - - smtpd
{smtpds}
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
""")
        self.postfix("start")
        wait_until(lambda: answers(self.port), f"Postfix listens (see {self.log_file})")

    def postfix(self, word):
        done = subprocess.run(["/usr/sbin/postfix", "-c", str(self.config), word],
                              capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"postfix {word}: {done.stdout}{done.stderr}"
                                 f"{self.log()}")

    def refuse(self, words):
        """From now on these recipients, and no others, are refused in these words."""
        self.access.write_text("".join(f"{a} {w}\n" for a, w in words.items()))
        if self.log_file.exists():
            self.postfix("reload")

    def log(self):
        return self.log_file.read_text() if self.log_file.exists() else ""

    def sessions(self, service):
        """What each ended connection to the service held, in Postfix's own count of commands:
        [{"ehlo": "2", "starttls": "1", "auth": "0/1", ...}] - 0/1 is one that was refused."""
        lines = re.findall(rf" {service}/smtpd\[\d+\]: disconnect from \S+ (.*)", self.log())
        return [dict(re.findall(r"(\w+)=(\S+)", line)) for line in lines]

    def stop(self):
        pid_file = self.folder / "queue" / "pid" / "master.pid"
        pid = int(pid_file.read_text())
        self.postfix("stop")
        try:
            wait_until(lambda: not os.path.exists(f"/proc/{pid}"), "Postfix has ended", 10)
        except AssertionError:
            os.kill(pid, signal.SIGKILL)


class MailSystem:
    """Postfix with Dovecot behind it: one user, ann, who may send, beside `users`.  `dovecot` holds
    what Dovecot's constructor takes beside the usual."""

    USER, PASSWORD = "ann", "secret of ann"

    def __init__(self, folder, users=None, dovecot=None, **postfix):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        uid = gid = 65534
        os.chown(self.mail, uid, gid)
        self.authority = Authority(self.folder / "ca")
        self.certificate = self.authority.issue("server")
        self.dovecot = Dovecot(self.folder / "dovecot",
                               {self.USER: self.PASSWORD, **(users or {})}, self.mail, uid, gid,
                               **(dovecot or {}))
        self.postfix = Postfix(self.folder / "postfix", self.certificate,
                               self.dovecot.auth_socket, self.mail, uid, gid, **postfix)
        self.port = self.postfix.port

    def messages(self, user):
        """What lies in the user's mailbox, oldest first, as raw bytes."""
        path = self.mail / user
        # Postfix makes the folders one after the other with the first message.
        if not all((path / part).exists() for part in ("new", "cur", "tmp")):
            return []
        box = mailbox.Maildir(path, create=False)
        return [box.get_bytes(key) for key in sorted(box.keys())]

    def wait_for(self, user, count=1):
        return wait_until(lambda: len(m := self.messages(user)) >= count and m,
                          lambda: f"{count} message(s) for {user}; Postfix says:\n{self.postfix.log()}")

    def stop(self):
        self.postfix.stop()
        self.dovecot.stop()
