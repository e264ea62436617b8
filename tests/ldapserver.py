# SPDX-License-Identifier: MIT
"""Debian's slapd with a folder, ports and certificates of its own: a small company."""

import shutil
import socket
import subprocess
import time

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/bin:/sbin:/bin")
BASE = "dc=example,dc=test"
ADMIN = f"cn=admin,{BASE}"
PASSWORD = "geheim"

CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb.la
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
{more}
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw "{password}"
directory {folder}/db
access to * by users read by anonymous read
"""

PEOPLE = """
dn: {base}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=Carol Clerk,{base}
objectClass: inetOrgPerson
cn: Carol Clerk
sn: Clerk
givenName: Carol
uid: cclerk
mail: carol@example.test
telephoneNumber: 4711
title: Clerk

dn: cn=Carl Clarke,{base}
objectClass: inetOrgPerson
cn: Carl Clarke
sn: Clarke
mail: carl@example.test

dn: cn=Zoë (Ltd) *,{base}
objectClass: inetOrgPerson
cn: Zoë (Ltd) *
sn: Zoë
mail: zoe@example.test

dn: cn=Crew,{base}
objectClass: groupOfNames
cn: Crew
member: cn=Carol Clerk,{base}
member: cn=Carl Clarke,{base}
member: cn=Crew,{base}
member: cn=Gone,{base}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Directory:
    def __init__(self, folder, more="", people=PEOPLE, password=PASSWORD):
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.ca_file = folder / "cert.pem"
        (folder / "db").mkdir(parents=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", folder / "key.pem", "-out", self.ca_file],
                       check=True, capture_output=True)
        names = {"folder": folder, "base": BASE, "admin": ADMIN, "password": password,
                 "more": more}
        self.conf = folder / "slapd.conf"
        self.conf.write_text(CONF.format(**names))
        subprocess.run([SLAPD, "-T", "add", "-f", self.conf], input=people.format(base=BASE),
                       text=True, check=True, capture_output=True)
        self.process = None
        self.start()

    def start(self):
        urls = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        self.process = subprocess.Popen([SLAPD, "-f", self.conf, "-h", urls, "-d", "0"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("slapd does not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
        self.process = None
