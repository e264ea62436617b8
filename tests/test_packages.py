# SPDX-License-Identifier: MIT
"""The Debian packages: what is installed is in exactly one of them, and what loads a large library
is not in the one that every client needs.  `make deb TRY=try` builds them and sends mail there."""

import fnmatch
import json
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Path below /usr of each installed file and link."""
    build = pathlib.Path(shutil.which("mapisend")).parents[2]
    folder = tmp_path_factory.mktemp("root")
    log = build / "meson-logs" / "install-log.txt"
    before = log.read_bytes() if log.exists() else None
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", folder],
                   check=True, capture_output=True)
    if before is not None:  # of the last `make install`, which `make uninstall` goes by
        log.write_bytes(before)
    options = json.loads(subprocess.run(["meson", "introspect", build, "--buildoptions"], check=True,
                                        capture_output=True, text=True).stdout)
    prefix, = (o["value"] for o in options if o["name"] == "prefix")
    below = folder / pathlib.Path(prefix).relative_to("/")
    return sorted(f"usr/{path.relative_to(below)}" for path in below.rglob("*")
                  if path.is_symlink() or not path.is_dir())


@pytest.fixture(scope="module")
def patterns():
    return [(path.stem, line.split()[0]) for path in sorted((ROOT / "debian").glob("*.install"))
            for line in path.read_text().splitlines()]


def takes(pattern, path):
    return fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(path, f"{pattern}/*")


def test_each_file_is_in_exactly_one_package(installed, patterns):
    packages = {path: [name for name, pattern in patterns if takes(pattern, path)]
                for path in installed}
    assert {path: names for path, names in packages.items() if len(names) != 1} == {}
    assert [pattern for _, pattern in patterns
            if not any(takes(pattern, path) for path in installed)] == []


def test_the_library_is_small(installed, patterns):
    """Who has libemapi0 alone has neither GMime nor libcurl, libldap or a login's libraries."""
    heavy = [path for path in installed for name, pattern in patterns
             if takes(pattern, path) and name == "libemapi0" and any(
                 word in path for word in ("convert", "mime", "smtp", "login", "ldap", "pickup"))]
    assert heavy == []


def test_links_and_documents_point_at_what_is_there(installed):
    for path in (ROOT / "debian").glob("*.links"):
        for line in path.read_text().splitlines():
            assert line.split()[0].removesuffix(".gz") in installed, line
    for path in [*(ROOT / "debian").glob("*.docs"), *(ROOT / "debian").glob("*.examples")]:
        for line in path.read_text().splitlines():
            assert (ROOT / line).exists(), f"{path.name}: {line}"


def test_the_machine_s_daemon_ends_with_its_package(installed):
    """debhelper looks for a system's units below /lib alone: those elsewhere it would not stop,
    nor start anew after an upgrade."""
    units = [path for path in installed if path.startswith("usr/lib/systemd/system/")]
    lines = (ROOT / "debian" / "emapi.install").read_text().splitlines()
    assert len(units) == 2 and "usr/lib/systemd/system lib/systemd" in lines
    assert "deb-systemd-invoke stop" in (ROOT / "debian" / "emapi.prerm").read_text()
    assert "--restart-after-upgrade" in (ROOT / "debian" / "rules").read_text()
