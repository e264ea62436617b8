# SPDX-License-Identifier: MIT
"""A third party's providers: the message store and the transport of examples/provider, built out of
the tree from the installed headers alone, named by a profile, and used by emapi's own commands.
The transport comes in two builds: one says what became of each recipient as Microsoft documents it,
one in the words of emapispi.h."""

import json
import os
import pathlib
import shutil
import subprocess
import uuid

import pytest
from mailserver import wait_until
from scripted_smtp import Peer
from test_install import Installed

PROVIDERS = pathlib.Path(__file__).parent.parent / "examples" / "provider"
WAYS = {"documented": [], "emapispi": ["-DUSE_EMAPISPI"]}


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """A folder with the modules.  The compiler sees the installed headers, and no library."""
    root = tmp_path_factory.mktemp("root")
    installed = Installed(pathlib.Path(shutil.which("mapisend")).parents[2], root)
    flags = subprocess.run(["pkg-config", "--cflags", "emapi"], check=True, text=True,
                           capture_output=True,
                           env={"PKG_CONFIG_LIBDIR": str(root / "pkgconfig"), "PATH": "/usr/bin:/bin"})
    folder = tmp_path_factory.mktemp("modules")
    for name in PROVIDERS.iterdir():  # nothing of the source tree lies beside them
        shutil.copy(name, folder)
    assert str(installed.here(installed.prefix)) in flags.stdout

    if "LD_PRELOAD" in os.environ:  # then emapi cannot keep their functions from its own
        flags.stdout += " -Wl,-Bsymbolic"

    def build(module, sources, *options):
        subprocess.run(["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
                        "-shared", "-fPIC", "-Wl,-z,defs", *options, "-o", module, *sources,
                        *flags.stdout.split()], cwd=folder, check=True)
    # Its functions have names that libemapi-core has too, and are seen: none may be mistaken.
    build("example_store.so", sorted(p.name for p in folder.glob("store*.c")))
    for module, source in BROKEN.items():
        (folder / f"{module}.c").write_text(source)
        build(f"{module}.so", [f"{module}.c"])
    (folder / "text.so").write_text("This is no library.\n")
    for way, options in WAYS.items():
        build(f"example_{way}.so", ["transport.c"], "-fvisibility=hidden", *options)
    return folder


BROKEN = {
    "nothing": "int nothing;\n",
    "old": "#include <mapispi.h>\n#include <mapicode.h>\n"
           "HRESULT MSProviderInit(HINSTANCE i, LPMALLOC m, LPALLOCATEBUFFER b, LPALLOCATEMORE a,"
           " LPFREEBUFFER f, ULONG flags, ULONG version, ULONG *own, LPMSPROVIDER *out)\n"
           "{ *own = 0x00010000; *out = NULL; return MAPI_E_VERSION; }\n",
}

OWN_STORE = "Module=emapi_store.so\nPath={home}/own.store\n"
THEIR_STORE = "Module=example_store.so\n0x6780001E={home}/store\n"
OWN_PICKUP = "Module=emapi_pickup.so\nPath={home}/pickup\n"
OWN_SMTP = "Module=emapi_smtp.so\nServer=127.0.0.1\nPort={port}\nTLS=none\n"
THEIR_TRANSPORT = "Module=example_{way}.so\n0x6780001E={home}/mailboxes\n"


class ThirdParty:
    """A home with a profile of these providers, mailboxes for Ann and Bob, and none for others."""

    def __init__(self, home, modules, store, *transports, **words):
        self.home, self.store = home, home.folder / "store"
        home.environment["EMAPI_PROVIDER_PATH"] += f":{modules}"
        self.mailboxes = home.folder / "mailboxes"
        self.mailboxes.mkdir()
        for name in ("ann", "bob"):
            self.mailbox(name).touch()
        text = f"[Profile]\nUID={uuid.uuid4().hex}\nFromName=Ann\nFromAddress=ann@example.test\n"
        for kind, provider in [("store", store), *(("transport", t) for t in transports)]:
            text += (f"[Provider {uuid.uuid4().hex}]\nType={kind}\n" + ("Default=true\n"
                     if kind == "store" else "") + provider.format(home=home.folder, **words))
        profiles = home.config / "profiles"
        profiles.mkdir(parents=True)
        (profiles / "third.profile").write_text(text)

    def mailbox(self, name):
        return self.mailboxes / f"{name}@example.test"

    def lock(self, name):
        return self.mailboxes / f"{name}@example.test.lock"

    def send(self, subject, *names, body="text", **options):
        to = [f"--to={name}@example.test" for name in names]
        return self.home.run("mapisend", *to, "--subject", subject, "--body", body, **options)

    def got(self, name, subject):
        """How often the mailbox has the mail."""
        return self.mailbox(name).read_text().count(f"Subject: {subject}\n")

    def files(self, state):
        return sorted(path.name for path in (self.store / state).iterdir())

    def queued(self):
        return json.loads(self.home.run("emapi", "queue", "list", "--json").stdout)

    def settled(self):
        wait_until(lambda: "Nothing waits." in self.home.run("emapi", "queue", "list").stdout,
                   lambda: f"the queue is empty:\n{self.home.run('emapi', 'queue', 'list').stdout}"
                           f"{self.home.spooler_log()}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("store", ["theirs", "ours"])
def test_each_recipient_has_his_own_fate(home, modules, way, store):
    """One gets it, one does not exist, one is busy and gets it later, once."""
    user = ThirdParty(home, modules, THEIR_STORE if store == "theirs" else OWN_STORE,
                      THEIR_TRANSPORT, way=way)
    user.lock("bob").touch()
    done = user.send("Grüße 漢字", "ann", "bob", "nobody", body="Höhe\n")
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert lines["ann@example.test"].startswith("accepted")
    assert lines["nobody@example.test"].startswith("refused")
    assert "There is no such mailbox." in lines["nobody@example.test"]
    assert lines["bob@example.test"].startswith("waiting")
    if way == "emapispi":
        assert "450 4.2.0" in done.stdout or "450" in lines["bob@example.test"]
        assert "The mailbox is locked." in lines["bob@example.test"]
    else:
        assert "come again later" in lines["bob@example.test"]
    assert user.got("ann", "Grüße 漢字") == 1 and user.got("bob", "Grüße 漢字") == 0
    assert "\n\nHöhe\n" in user.mailbox("ann").read_text()
    if store == "theirs":
        assert len(user.files("queue")) == 1 and not user.files("outbox") + user.files("sent")
    user.lock("bob").unlink()
    home.run("emapi", "queue", "run")
    wait_until(lambda: user.got("bob", "Grüße 漢字"), lambda: home.spooler_log())
    user.settled()
    assert user.got("ann", "Grüße 漢字") == user.got("bob", "Grüße 漢字") == 1
    if store == "theirs":
        assert len(user.files("sent")) == 1 and not user.files("outbox") + user.files("queue")


@pytest.mark.parametrize("program", ["c", "python"])
def test_programs_send_through_their_store(home, modules, program):
    user = ThirdParty(home, modules, THEIR_STORE, THEIR_TRANSPORT, way="documented")
    examples = PROVIDERS.parent
    command = ["example-mapisend"] if program == "c" else \
        ["/usr/bin/python3", examples / "mapisend.py"]
    home.run(*command, "by program", "text", "ann@example.test")
    wait_until(lambda: user.got("ann", "by program") == 1, lambda: home.spooler_log())
    user.settled()
    assert len(user.files("sent")) == 1


def test_nothing_is_lost_without_a_spooler(home, modules):
    user = ThirdParty(home, modules, THEIR_STORE, THEIR_TRANSPORT, way="documented")
    spooler = home.environment.pop("EMAPI_SPOOLER", None)
    home.environment["EMAPI_SPOOLER"] = "/nonexistent"
    for i in range(3):
        user.send(f"mail {i}", "ann", code=None)
    assert len(user.files("queue")) == 3
    home.environment.pop("EMAPI_SPOOLER")
    if spooler:
        home.environment["EMAPI_SPOOLER"] = spooler
    home.run("emapi", "queue", "run")
    wait_until(lambda: len(user.files("sent")) == 3, lambda: home.spooler_log())
    assert [user.got("ann", f"mail {i}") for i in range(3)] == [1, 1, 1]


def test_their_store_with_our_pickup(home, modules):
    user = ThirdParty(home, modules, THEIR_STORE, OWN_PICKUP)
    done = user.send("picked up", "ann", "bob")
    assert done.stdout.count("accepted") == 2
    mail, = home.picked_up()
    assert "From: Ann <ann@example.test>" in mail.read_text()
    assert "To: ann@example.test, bob@example.test" in mail.read_text()


def test_one_message_keeps_its_message_id(home, modules):
    """A store need not give a message its Message-ID; each try has the same one all the same."""
    refuse = ["451 4.3.0 not now"]

    def final(*_):
        return refuse.pop() if refuse else "250 2.0.0 taken"
    with Peer(final=final) as peer:
        user = ThirdParty(home, modules, THEIR_STORE, OWN_SMTP, port=peer.port)
        assert "451 4.3.0 not now" in user.send("twice", "ann").stdout
        home.run("emapi", "queue", "run")
        user.settled()
        ids = [line for message in peer.messages for line in message.decode().split("\r\n")
               if line.startswith("Message-ID:")]
        assert len(ids) == 2 and ids[0] == ids[1]


MODULES = {"not there": ("absent.so", "absent.so is not there"),
           "no library": ("text.so", "text.so does not load"),
           "without an entry point": ("nothing.so", "nothing.so has no {entry}")}


@pytest.mark.parametrize("kind", [*MODULES, "of another version"])
def test_a_store_that_does_not_load(home, modules, kind):
    """Nothing is stored, and it is said which module it is."""
    module, says = MODULES.get(kind, ("old.so", "old.so cannot start"))
    ThirdParty(home, modules, f"Module={module}\n", OWN_PICKUP)
    done = home.run("mapisend", "--to", "ann@example.test", "--body", "x", code=None)
    assert done.returncode in (69, 78), done
    assert says.format(entry="MSProviderInit") in done.stderr
    assert "nothing was stored or sent" in done.stderr


@pytest.mark.parametrize("kind", MODULES)
def test_a_transport_that_does_not_load(home, modules, kind):
    """The mail is held, with the reason, and goes when the profile names another."""
    module, says = MODULES[kind]
    user = ThirdParty(home, modules, THEIR_STORE, f"Module={module}\n")
    done = user.send("held", "ann")
    assert says.format(entry="XPProviderInit") in done.stderr and "held" in done.stdout
    assert "safe in the Outbox" in done.stderr and len(user.files("queue")) == 1
    path = home.profile_file()
    path.write_text(path.read_text().replace(
        f"Module={module}\n", THEIR_TRANSPORT.format(way="emapispi", home=home.folder)))
    home.run("emapi", "queue", "run")
    wait_until(lambda: user.got("ann", "held") == 1, lambda: home.spooler_log())
    user.settled()


def test_a_message_is_taken_back_from_their_store(home, modules):
    user = ThirdParty(home, modules, THEIR_STORE, THEIR_TRANSPORT, way="emapispi")
    user.lock("ann").touch()
    user.send("not after all", "ann")
    home.run("emapi", "queue", "cancel", user.queued()[0]["id"])
    wait_until(lambda: len(user.files("outbox")) == 1, lambda: home.spooler_log())
    user.lock("ann").unlink()
    home.run("emapi", "queue", "run")
    user.settled()
    assert user.got("ann", "not after all") == 0 and not user.files("queue") + user.files("sent")


def test_the_modules_need_nothing_but_libc(modules):
    for module in ("example_store.so", *(f"example_{way}.so" for way in WAYS)):
        dynamic = subprocess.run(["readelf", "-d", modules / module], check=True, text=True,
                                 capture_output=True).stdout
        assert [line.split("[")[1] for line in dynamic.splitlines() if "(NEEDED)" in line] \
            == ["libc.so.6]"]
