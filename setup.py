# SPDX-License-Identifier: MIT
"""Builds the Python part with setuptools, against an emapi that pkg-config knows.  With
EMAPI_BUILD=FOLDER it is the one of that build folder."""

import os
import pathlib
import re
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).resolve().parent
# Away from build/, which is Meson's; git ignores it.
SCRATCH = "build-pip"
CONSTANTS, GENERATE = "python/constants.py", "data/generate.py"
# Modules that are made: where, by which program and kind, and from what; as python/meson.build.
MADE = {
    "_emapi_codes.py": (CONSTANTS, "names", "Names of result codes.", "data/codes.tsv"),
    "_winerror_codes.py": (CONSTANTS, "com", "Result codes of COM.", "data/codes.tsv"),
    "_pythoncom_constants.py": (
        CONSTANTS, "constants", "Constants of pythoncom.",
        "python/data/pythoncom_constants.tsv", "python/data/pythoncom_iids.tsv"),
    "win32com/storagecon.py": (
        CONSTANTS, "constants", "Constants of storages and streams.",
        "python/data/storagecon_constants.tsv"),
    "win32com/mapi/_mapi_constants.py": (
        CONSTANTS, "constants", "Constants of win32com.mapi.mapi.",
        "python/data/mapi_constants.tsv", "python/data/mapi_iids.tsv"),
    "win32com/mapi/exchange.py": (
        CONSTANTS, "constants", "Constants of win32com.mapi.exchange.",
        "python/data/exchange_constants.tsv", "python/data/exchange_iids.tsv"),
    "win32com/mapi/mapitags.py": (
        GENERATE, "mapitags.py", "data/tags.tsv", "data/pyconsts.tsv"),
    "win32com/mapi/emsabtags.py": (
        GENERATE, "emsabtags.py", "data/emsabtags.tsv", "data/emsab_pyconsts.tsv"),
}


def version():
    return re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text()).group(1)


class BuildModules(build_py):
    """Also makes the modules that are made, and the stubs (.pyi) of all."""

    def run(self):
        super().run()
        for module, (program, kind, *inputs) in MADE.items():
            output = pathlib.Path(self.build_lib, module)
            subprocess.run([sys.executable, ROOT / program, kind, output, *inputs], cwd=ROOT,
                           check=True)
            if kind != "names":
                subprocess.run([sys.executable, ROOT / CONSTANTS, "stub", f"{output}i",
                                "Constants.", output], check=True)
        for stub in (ROOT / "python").glob("*.pyi"):
            self.copy_file(str(stub), self.build_lib)


def installed():
    """(compiler's arguments, linker's, where the library lies) of the emapi that is installed."""
    def ask(argument):
        return subprocess.run(["pkg-config", argument, "emapi"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()
    try:
        return ask("--cflags"), ask("--libs"), ask("--variable=libdir")[0]
    except (OSError, subprocess.CalledProcessError):
        raise SystemExit("emapi is not found: install it (make install), or say where it was built "
                         "(EMAPI_BUILD=build)") from None


def built(folder):
    """The same of a build folder."""
    folder = pathlib.Path(folder).resolve()
    library = folder / "src" / "mapi"
    if not (library / "libemapi.so").exists():
        raise SystemExit(f"EMAPI_BUILD: there is no built emapi in {folder}")
    return ([f"-I{folder / 'include/emapi'}", f"-I{ROOT / 'include/emapi'}"],
            [f"-L{library}", "-lemapi"], str(library))


def extension():
    folder = os.environ.get("EMAPI_BUILD")
    compile_arguments, link_arguments, library = built(folder) if folder else installed()
    return Extension(
        "_emapi",
        sources=sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("python/src/*.c")),
        depends=sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("python/src/*.h")),
        extra_compile_args=["-std=gnu11", "-D_GNU_SOURCE", "-fno-strict-aliasing",
                            "-fvisibility=hidden", *compile_arguments],
        extra_link_args=link_arguments,
        # Where the system does not look by itself.
        runtime_library_dirs=[] if library.startswith("/usr/lib/") else [library])


setup(
    version=version(),
    package_dir={"": "python"},
    packages=["win32com", "win32com.client", "win32com.mapi", "win32com.server"],
    package_data={"": ["*.pyi"], "win32com": ["py.typed"]},
    py_modules=["_emapi_types", "pythoncom", "pywintypes", "winerror"],
    ext_modules=[extension()],
    cmdclass={"build_py": BuildModules},
    options={"build": {"build_base": SCRATCH}, "egg_info": {"egg_base": SCRATCH},
             "bdist_wheel": {"bdist_dir": SCRATCH + "/wheel"}},
)
