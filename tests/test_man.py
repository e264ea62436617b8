# SPDX-License-Identifier: MIT
"""The man pages say what the programs do."""

import os
import pathlib
import re
import shutil
import subprocess
import textwrap

import manpages
import pytest

ROOT = pathlib.Path(__file__).parent.parent
MAN = ROOT / "docs" / "man"
PAGES = sorted(MAN.iterdir(), key=lambda page: page.name)


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_is_good_mdoc(page):
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("program, page", [
    ("mapisend", "mapisend.1"),
    ("emapi-sendmail", "emapi-sendmail.8"),
    (os.environ["EMAPI_SPOOLER"], "emapi-spooler.8"),
])
def test_options_are_told_in_the_words_of_help(home, program, page):
    page = manpages.Page(MAN / page)
    page.check_options(home.run(program, "--help").stdout)
    assert page.wrong == []


def test_commands_are_told_in_the_words_of_help(home):
    page = manpages.Page(MAN / "emapi.1")
    commands = re.findall(r"^  ([\w-]+(?: [\w-]+)?)  +(.*)", home.run("emapi", "--help").stdout, re.M)
    assert len(commands) > 40
    for command, summary in commands:
        page.check_summary(command, summary)
        page.check_options(home.run("emapi", *command.split(), "--help").stdout, command)
    assert page.wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_variable_is_described_once(page):
    section = page.read_text().partition(".Sh ENVIRONMENT")[2].partition(".Sh ")[0]
    names = re.findall(r"^\.It Ev (.*)", section, re.M)
    assert len(names) == len(set(names))


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
