# SPDX-License-Identifier: MIT
"""The man pages say what the programs do."""

import pathlib
import re
import shutil
import subprocess
import textwrap

import pytest

ROOT = pathlib.Path(__file__).parent.parent
MAN = ROOT / "docs" / "man"
PAGES = sorted(MAN.iterdir(), key=lambda page: page.name)


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_is_good_mdoc(page):
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("command, page", [
    ("mapisend", "mapisend.1"),
    ("emapi doctor", "emapi.1"),
    ("emapi profile create", "emapi.1"),
    ("emapi profile list", "emapi.1"),
    ("emapi profile set", "emapi.1"),
    ("emapi profile setup", "emapi.1"),
    ("emapi ab add", "emapi.1"),
    ("emapi ab connect", "emapi.1"),
    ("emapi ab list", "emapi.1"),
    ("emapi ab set", "emapi.1"),
    ("emapi queue list", "emapi.1"),
    ("emapi queue run", "emapi.1"),
    ("emapi store ls", "emapi.1"),
    ("emapi store show", "emapi.1"),
    ("emapi store get", "emapi.1"),
    ("emapi store rm", "emapi.1"),
    ("emapi store export", "emapi.1"),
    ("emapi store diff", "emapi.1"),
    ("emapi store watch", "emapi.1"),
])
def test_each_option_is_described(home, command, page):
    help_text = home.run(*command.split(), "--help").stdout
    options = set(re.findall(r"^ .*?--([\w-]+)", help_text, re.M)) - {"help"}
    described = set(re.findall(r"Fl (?:\w , )?-([\w-]+)", (MAN / page).read_text()))
    assert options and options <= described


def test_each_command_is_described(home):
    usage = home.run("emapi", "--help").stdout
    commands = re.findall(r"^  ([\w-]+ [\w-]+|[\w-]+)  ", usage, re.M)
    text = (MAN / "emapi.1").read_text()
    assert len(commands) > 5
    assert [c for c in commands if f".It Cm {c}" not in text] == []


def sources():
    """The programs' C sources by path, without tests."""
    return {path: path.read_text() for path in (ROOT / "src").rglob("*.c")
            if "testing" not in path.parts and not path.name.endswith("_test.c")}


def test_each_setting_is_described():
    """Each word of a profile that some part of emapi reads."""
    files = sources()
    table = files.pop(ROOT / "src" / "mapi" / "profile_section.c")
    words = {word: tag.removesuffix("_W")
             for word, tag in re.findall(r'\{ "(\w+)", (PR_EMAPI_\w+) \}', table)}
    read = {word for word, tag in words.items()
            if any(re.search(rf"\b{tag}(_W|_A)?\b", text) for text in files.values())}
    text = (MAN / "emapi-profile.5").read_text()
    described = {word.strip(",") for line in re.findall(r"^\.It Cm (.*)", text, re.M)
                 for word in line.split()}
    assert "Server" in read
    assert read <= described


def test_each_variable_is_described():
    text = "".join(sources().values())
    variables = set(re.findall(r'(?:getenv|seconds\w*)\(\s*"(EMAPI_[A-Z_]+)"', text))
    assert "EMAPI_LOG" in variables
    pages = "".join(page.read_text() for page in PAGES)
    assert variables <= set(re.findall(r"^\.It Ev (\w+)", pages, re.M))


def test_the_example_is_a_profile(home):
    text = (MAN / "emapi-profile.5").read_text()
    example = re.search(r"\.Bd -literal -offset indent\n(\[Profile\].*?)\.Ed", text, re.S).group(1)
    folder = home.config / "profiles"
    folder.mkdir(parents=True)
    (folder / "work.profile").write_text(textwrap.dedent(example))
    listed = home.run("emapi", "profile", "list").stdout
    assert re.match(r"\* work +ann@example.com +smtp mail.example.com:587 starttls$", listed.strip())
    home.run("emapi", "profile", "set", "work", "Auth=GSSAPI", "CAFile=/etc/ssl/company.pem",
             "PasswordCommand=")
    assert "PasswordCommand" not in home.run("emapi", "profile", "show", "work").stdout
