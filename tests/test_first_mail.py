# SPDX-License-Identifier: MIT
"""A new user's first message, and the page that shows it."""

import first_mail
from conftest import needs_root
from first_mail import PAGE, PASSWORD, PROMPT, TYPED, try_it
from mailserver import wait_until


@needs_root
def test_a_first_mail_in_under_three_minutes(home, mail_system, monkeypatch):
    """The dialogue of docs/FIRST-MAIL.md, typed faster than people do."""
    monkeypatch.setattr(first_mail, "environment_of", lambda _: home.environment | {
        "PS1": PROMPT, "TERM": "dumb"})
    home.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    log, total, _ = try_it(home.folder, mail_system, pace=0)
    wait_until(lambda: any(b"Subject: A first mail" in m for m in mail_system.messages("erin")),
               "the message arrives")
    assert total < 60 and PASSWORD not in log
    assert "refused the login of ann@example.test" in log and "Nothing waits." in log
    assert "erin@example.test: accepted by localhost" in log
    assert "Does it need Outlook?" in log


def test_the_page_shows_what_is_typed():
    page = PAGE.read_text()
    for prompt, text in TYPED:
        assert text == PASSWORD or f"{prompt}{text.format(port=587)}" in page
    assert PASSWORD not in page


def test_the_first_program_of_the_readme_logs_on(home):
    section = (PAGE.parent.parent / "README.md").read_text().split("## A first program")[1]
    lines = section.split("\n## ")[0].splitlines()
    program = "\n".join(line[4:] for line in lines if line.startswith("    "))
    home.run("emapi", "profile", "create", "work", "--default", "--from", "ann@example.test",
             "--pickup", home.folder / "pickup")
    home.run("/usr/bin/python3", "-c", f"{program}\nassert session")
