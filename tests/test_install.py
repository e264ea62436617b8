# SPDX-License-Identifier: MIT
"""What `make install` and pip put on a machine works without the source tree: a C program, the
Python package, the commands and the spooler, each from the installed files alone."""

import email
import email.policy
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import zipfile

import pytest
from mailserver import wait_until

ROOT = pathlib.Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
MINGW = "x86_64-w64-mingw32-gcc"

pytestmark = pytest.mark.skipif("LD_PRELOAD" in os.environ, reason="a build with sanitizers")


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


class Installed:
    """The build folder's files, installed below a folder that stands for the root."""

    def __init__(self, build, folder):
        self.folder = folder
        # `make uninstall` goes by the log of the last `make install`.
        log = build / "meson-logs" / "install-log.txt"
        before = log.read_bytes() if log.exists() else b""
        log.unlink(missing_ok=True)
        run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", folder)
        log.write_bytes(before)
        options = {o["name"]: o["value"] for o in
                   json.loads(run("meson", "introspect", build, "--buildoptions"))}
        self.prefix = pathlib.Path(options["prefix"])
        self.libdir = self.prefix / options["libdir"]
        extension, = self.here(self.prefix).glob("**/_emapi.*.so")
        self.python = extension.parent
        # What a prefix of one's own would have given.
        facts = (self.here(self.libdir) / "pkgconfig" / "emapi.pc").read_text()
        (folder / "pkgconfig").mkdir()
        (folder / "pkgconfig" / "emapi.pc").write_text(
            facts.replace(f"prefix={self.prefix}\n", f"prefix={self.here(self.prefix)}\n", 1))

    def here(self, path):
        """Where a path of the system lies for now."""
        return self.folder / path.relative_to("/")

    def environment(self, home):
        """The home's, and of emapi the installed files alone.  Paths that were compiled in are
        below the real root: the variables stand for them."""
        library = self.here(self.libdir)
        kept = {name: value for name, value in home.environment.items()
                if name.startswith("XDG_") or name in (
                    "HOME", "LC_ALL", "EMAPI_SYSCONFDIR", "EMAPI_IDLE_SECONDS")}
        return {**kept, "PATH": f"{self.here(self.prefix)}/bin:/usr/bin:/bin",
                "LD_LIBRARY_PATH": f"{library}:{library}/emapi",
                "EMAPI_PROVIDER_PATH": f"{library}/emapi",
                "EMAPI_SPOOLER": str(self.here(self.prefix) / "libexec/emapi/emapi-spooler"),
                "EMAPI_MAPISVC": str(self.here(self.prefix) / "share/emapi/mapisvc.inf"),
                "PKG_CONFIG_LIBDIR": str(self.folder / "pkgconfig")}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    build = pathlib.Path(shutil.which("mapisend")).parents[2]
    return Installed(build, tmp_path_factory.mktemp("root"))


@pytest.fixture
def user(installed, home):
    """A home where only what is installed is found, with a profile."""
    home.environment = installed.environment(home)
    home.pickup_profile()
    return home


def arrives(home, subject):
    """The one message of this subject in the pickup folder."""
    def look():
        parsed = [email.message_from_bytes(path.read_bytes().split(b"\n", 2)[2],
                                           policy=email.policy.default)
                  for path in home.picked_up()]
        return [m for m in parsed if m["subject"] == subject]
    message, = wait_until(look, lambda: f"{subject}; the spooler says:\n{home.spooler_log()}")
    return message


def test_the_commands_send(user):
    user.run("mapisend", "--to", "bob@example.test", "--subject", "installed", "--body", "text",
             "--require-accepted")
    assert arrives(user, "installed")["to"] == "bob@example.test"


@pytest.mark.parametrize("include", ["mapix.h", "MAPIX.h"])
def test_a_c_program(user, include):
    source = user.folder / "program.c"
    text = (EXAMPLES / "mapisend.c").read_text()
    utility = "MAPIUtil.h" if include != include.lower() else "mapiutil.h"
    source.write_text(text.replace("mapix.h", include).replace("mapiutil.h", utility))
    flags = user.run("pkg-config", "--cflags", "--libs", "emapi").stdout.split()
    user.run("cc", "-Wall", "-Werror", source, "-o", user.folder / "program", *flags)
    user.run(user.folder / "program", f"by {include}", "text", "bob@example.test")
    assert arrives(user, f"by {include}").get_content().strip() == "text"


@pytest.mark.skipif(not shutil.which(MINGW), reason=f"{MINGW} is not installed")
def test_the_same_c_program_for_windows(tmp_path):
    """The source that test_a_c_program runs compiles and links, as it is, for Windows."""
    run(MINGW, "-Wall", "-Werror", EXAMPLES / "mapisend.c", "-o", tmp_path / "mapisend.exe",
        "-lmapi32", "-luuid")
    assert (tmp_path / "mapisend.exe").read_bytes()[:2] == b"MZ"


def send_from_python(user, python, subject, **variables):
    user.environment.update(variables)
    user.run(python, "-I" if "PYTHONPATH" not in variables else "-B", EXAMPLES / "mapisend.py",
             subject, "text", "bob@example.test")
    assert arrives(user, subject).get_content().strip() == "text"


def test_a_python_program(installed, user):
    send_from_python(user, "/usr/bin/python3", "from Python", PYTHONPATH=str(installed.python))


def test_debians_python_finds_the_package(installed):
    if str(installed.prefix) not in ("/usr", "/usr/local"):
        pytest.skip(f"Python does not look below {installed.prefix}")
    searched = run("/usr/bin/python3", "-I", "-c",
                   "import site; print(*site.getsitepackages(), sep='\\n')")
    assert "/" + str(installed.python.relative_to(installed.folder)) in searched.splitlines()


def test_the_loader_finds_each_library(installed):
    """What LD_LIBRARY_PATH did above, the RUNPATH in each file does once it is in its place."""
    private = [path.name for path in (installed.here(installed.libdir) / "emapi").glob("*.so")]
    assert "libemapi-core.so" in private
    checked = 0
    for path in installed.here(installed.prefix).rglob("*"):
        if not path.is_file() or path.is_symlink() or path.read_bytes()[:4] != b"\x7fELF":
            continue
        dynamic = run("readelf", "-d", path, env={**os.environ, "LC_ALL": "C"})
        runpath = re.findall(r"\(RUNPATH\).*\[(.*)\]", dynamic)
        for needed in re.findall(r"\(NEEDED\).*\[(libemapi.*)\]", dynamic):
            folder = installed.libdir / "emapi" if needed in private else installed.libdir
            found = installed.here(folder) / needed
            assert found.exists(), f"{path.name} needs {needed}"
            standard = str(folder) == f"/usr/lib/{os.uname().machine}-linux-gnu"
            assert standard or str(folder) in ":".join(runpath).split(":"), path
            checked += 1
    assert checked > 8


def test_paths_that_are_compiled_in(installed):
    core = (installed.here(installed.libdir) / "emapi" / "libemapi-core.so").read_bytes()
    spooler = installed.prefix / "libexec" / "emapi" / "emapi-spooler"
    assert installed.here(spooler).exists()
    assert str(spooler).encode() + b"\0" in core
    assert str(installed.libdir / "emapi").encode() + b"\0" in core
    api = (installed.here(installed.libdir) / "libemapi.so.0").read_bytes()
    services = installed.prefix / "share" / "emapi" / "mapisvc.inf"
    assert installed.here(services).exists()
    assert str(services).encode() + b"\0" in api


def test_completions(installed):
    """Each shell finds them by the command's name."""
    share = installed.here(installed.prefix) / "share"
    for command in ("emapi", "mapisend", "emapi-sendmail", "emapi-spooler"):
        assert "complete -F _emapi" in (share / "bash-completion/completions" / command).read_text()
        assert f"complete -c {command} " in \
            (share / "fish/vendor_completions.d" / f"{command}.fish").read_text()
        assert command in (share / "zsh/site-functions/_emapi").read_text().splitlines()[0]


def test_man_pages(installed):
    pages = {path.name.removesuffix(".gz")
             for path in installed.here(installed.prefix / "share" / "man").rglob("*.*")}
    assert pages == {path.name for path in (ROOT / "docs" / "man").iterdir()}


@pytest.mark.skipif(not all(map(importlib.util.find_spec, ("pip", "setuptools", "wheel"))),
                    reason="python3-pip is not installed")
def test_pip(installed, user):
    """A wheel made from the sources and the installed library holds what `make install` does, and
    works in a virtual environment."""
    sources = user.folder / "sources"
    sources.mkdir()
    for name in ("pyproject.toml", "setup.py", "meson.build", "LICENSE"):
        shutil.copy(ROOT / name, sources / name)
    for name in ("python", "data"):
        shutil.copytree(ROOT / name, sources / name)
    pip = ["/usr/bin/python3", "-m", "pip", "--disable-pip-version-check"]
    user.environment["CFLAGS"] = "-O0"
    user.run(*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", user.folder,
             sources)
    wheel, = user.folder.glob("emapi-*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == {str(path.relative_to(installed.python))
                     for path in installed.python.rglob("*") if path.suffix in (".py", ".so", ".pyi", ".typed")}
    python = user.folder / "venv" / "bin" / "python"
    user.run("/usr/bin/python3", "-m", "venv", "--without-pip", user.folder / "venv")
    user.run(*pip, "--python", python, "install", "--no-index", wheel)
    send_from_python(user, python, "from a wheel")
