# SPDX-License-Identifier: MIT
"""emapi profile import: a profile from a file that Outlook is set up with."""

import os
import subprocess

SALES = """[General]
ProfileName=Sales
DefaultProfile=Yes
[Service List]
Service1=Microsoft Exchange Server
[Internet Account List]
Account1=I_Mail
[Service1]
HomeServer=EX01
[Account1]
POP3Server=pop.example.test
POP3UserName=ann
SMTPServer=mail.example.test
SMTPPort=587
SMTPUseAuth=1
SMTPSecureConnection=2
DisplayName=Ann Example
EmailAddress=ann@example.test
"""


def emapi(folder, *arguments):
    env = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"),
           "XDG_DATA_HOME": str(folder / "data"), "XDG_STATE_HOME": str(folder / "state"),
           "XDG_RUNTIME_DIR": str(folder / "run")}
    return subprocess.run(["emapi", *arguments], env=env, text=True, capture_output=True,
                          check=False)


def test_a_profile_is_made_and_what_is_left_out_is_said(tmp_path):
    file = tmp_path / "sales.prf"
    file.write_text(SALES)
    done = emapi(tmp_path, "profile", "import", str(file))
    assert done.returncode == 0, done.stderr
    assert "ann@example.test through mail.example.test" in done.stdout
    assert 'emapi profile set "Sales" --password' in done.stdout
    assert "Exchange Server on EX01" in done.stderr
    assert "pop.example.test" in done.stderr
    shown = emapi(tmp_path, "profile", "show").stdout
    assert "Server=mail.example.test" in shown and "Port=587" in shown
    assert "User=ann" in shown and "TLS=starttls" in shown


def test_a_profile_is_never_replaced(tmp_path):
    file = tmp_path / "sales.prf"
    file.write_text(SALES.replace("[Service List]", "OverwriteProfile=Yes\n[Service List]"))
    assert emapi(tmp_path, "profile", "import", str(file)).returncode == 0
    again = emapi(tmp_path, "profile", "import", str(file))
    assert again.returncode != 0
    assert "There is a profile" in again.stderr
    other = emapi(tmp_path, "profile", "import", "--name", "Other", str(file))
    assert other.returncode == 0, other.stderr


def test_what_is_no_such_file_makes_nothing(tmp_path):
    file = tmp_path / "letter.prf"
    file.write_text("Dear Sirs,\n")
    done = emapi(tmp_path, "profile", "import", str(file))
    assert done.returncode == 65
    assert "line 1" in done.stderr
    assert emapi(tmp_path, "profile", "list").stdout.strip() == ""
    assert emapi(tmp_path, "profile", "import", str(tmp_path / "none")).returncode == 66
