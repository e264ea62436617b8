# SPDX-License-Identifier: MIT
"""What holds of the build itself."""

import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).parent.parent


def libraries(program):
    out = subprocess.run(["ldd", shutil.which(program)], check=True, capture_output=True,
                         text=True).stdout
    return set(re.findall(r"^\s*(lib[\w+-]+?)(?:-\d[\d.]*)?\.so", out, re.M))


def test_a_client_starts_light():
    """mapisend, libemapi and the store load no GIO, GMime, libcurl (design D1)."""
    loaded = libraries("mapisend")
    assert "libglib" in loaded
    heavy = {"libgio", "libgobject", "libgmime", "libcurl", "libgsasl", "libgssapi_krb5"}
    assert not loaded & (heavy | {"libidn2", "libunistring"})
    for folder in os.environ["EMAPI_PROVIDER_PATH"].split(":"):
        store = pathlib.Path(folder) / "emapi_store.so"
        if store.exists():
            break
    out = subprocess.run(["ldd", store], check=True, capture_output=True, text=True).stdout
    assert "libsqlite3" in out and not re.search("libgio|libgmime|libcurl", out)


def test_a_worker_loads_what_a_message_needs():
    """libcurl with TLS, a proxy or a name; Kerberos and SCRAM with a login by them; GMime, and GIO
    with it, with a mail that is more than text."""
    for folder in os.environ["EMAPI_PROVIDER_PATH"].split(":"):
        for name in ("emapi_smtp.so", "emapi_pickup.so"):
            for module in pathlib.Path(folder).glob(name):
                out = subprocess.run(["ldd", module], check=True, capture_output=True,
                                     text=True).stdout
                assert "libemapi-core" in out
                assert not re.search("libcurl|libgsasl|libgssapi|libgmime|libgio|libgobject", out)


def test_providers_export_only_their_entry_point():
    entry = {"emapi_store.so": "MSProviderInit", "emapi_smtp.so": "XPProviderInit",
             "emapi_pickup.so": "XPProviderInit", "emapi_ab.so": "ABProviderInit",
             "emapi_ldap.so": "ABProviderInit"}
    for folder in os.environ["EMAPI_PROVIDER_PATH"].split(":"):
        for module in pathlib.Path(folder).glob("emapi_*.so"):
            out = subprocess.run(["nm", "-D", "--defined-only", module], check=True,
                                 capture_output=True, text=True).stdout
            names = {line.split()[-1] for line in out.splitlines()}
            assert names == {entry.pop(module.name)}, module
    assert not entry


def test_lint():
    done = subprocess.run([ROOT / "scripts" / "lint"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
