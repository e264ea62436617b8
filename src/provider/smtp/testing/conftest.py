# SPDX-License-Identifier: MIT
"""Under Meson each case is a line "ok", "not ok" or "ok ... # SKIP reason", for scripts/check to
count; pytest's own words come before."""

import os

LINES = []


def pytest_runtest_logreport(report):
    name = report.nodeid.rsplit("::", 1)[-1].encode("ascii", "backslashreplace").decode()
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected to fail"
        LINES.append(f"ok - {name} # SKIP {reason}")
    elif report.failed:
        LINES.append(f"not ok - {name} ({report.when})")
    elif report.when == "call":
        LINES.append(f"ok - {name}")


def pytest_unconfigure(config):
    if "SMTP_TAP" in os.environ:
        print("\n" + "\n".join(LINES))
