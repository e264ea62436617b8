# SPDX-License-Identifier: MIT
"""What type checkers and help() are told is what the modules have."""
import ast
import importlib
import inspect
import pathlib
import types

import _emapi
import pytest

# Where a name comes from: `from x import *` in a stub brings in all of x.
MODULES = ["_emapi", "pythoncom", "pywintypes", "winerror", "win32com.storagecon", "win32com.mapi.mapi",
           "win32com.mapi.mapiutil", "win32com.mapi.mapitags", "win32com.mapi.emsabtags",
           "win32com.mapi.exchange", "win32com.server.util", "win32com.client",
           "win32com.client.gencache"]


def stub_of(name):
    """The stub lies beside the module, as it is installed."""
    module = importlib.import_module(name)
    path = pathlib.Path(module.__file__)
    return ast.parse(path.with_name(path.name.split(".")[0] + ".pyi").read_text())


def public(names):
    return {name for name in names if not name.startswith("_")}


def names_in(tree):
    """The names that a stub gives: an import gives one only by `as`, or `*`."""
    found = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            found.add(node.target.id)
        elif isinstance(node, ast.Assign):
            found.update(target.id for target in node.targets)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name == "*":
                    found |= names_in(stub_of(node.module))
                elif alias.asname:
                    found.add(alias.asname)
    return found


def names_of(module):
    """The module's names but for what it imports for itself."""
    return {name for name, value in vars(module).items()
            if not isinstance(value, types.ModuleType) or value.__name__.split(".")[0] in
            ("pythoncom", "win32com")}


def aliases(tree):
    return {node.target.id for node in tree.body
            if isinstance(node, ast.AnnAssign) and getattr(node.annotation, "id", "") == "TypeAlias"}


@pytest.mark.parametrize("name", MODULES)
def test_the_same_names(name):
    tree, module = stub_of(name), importlib.import_module(name)
    # pythoncom gives its wrapper types on demand.
    told, there = public(names_in(tree)) - aliases(tree), public(names_of(module))
    assert told - there == set(), "the stub has what the module lacks"
    assert there - told - {"PyIID", "IID"} == set(), "the module has what the stub lacks"


def shape_of_stub(node):
    arguments = node.args
    count = len(arguments.posonlyargs) + len(arguments.args)
    names = [a.arg for a in arguments.posonlyargs + arguments.args]
    own = 1 if names[:1] in (["self"], ["cls"]) else 0
    return count - own, len(arguments.defaults), arguments.vararg is not None


def shape_of(function):
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    parameters = [p for p in parameters if p.kind is not p.VAR_KEYWORD]
    positional = [p for p in parameters if p.kind is not p.VAR_POSITIONAL]
    return (len(positional), sum(p.default is not p.empty for p in positional),
            len(positional) < len(parameters))


@pytest.mark.parametrize("name", MODULES)
def test_the_same_arguments(name):
    module = importlib.import_module(name)
    for node in stub_of(name).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
            assert shape_of_stub(node) == shape_of(getattr(module, node.name)), node.name


def test_methods():
    for node in stub_of("_emapi").body:
        if not isinstance(node, ast.ClassDef) or node.name == "PyIID":
            continue
        kind = getattr(_emapi, node.name)
        assert [base.id for base in node.bases] == [b.__name__ for b in kind.__bases__ if b is not object]
        methods = {m.name: m for m in node.body if isinstance(m, ast.FunctionDef)}
        assert public(methods) == public(name for name, value in vars(kind).items() if callable(value))
        for method, told in methods.items():
            assert shape_of_stub(told) == shape_of(getattr(kind, method)), (node.name, method)
            assert [a.arg for a in told.args.posonlyargs[1:]] == \
                list(inspect.signature(getattr(kind, method)).parameters)[1:], (node.name, method)


def test_everything_has_words():
    """help() says what it is, for each type, method and function."""
    for name, value in vars(_emapi).items():
        if isinstance(value, type):
            assert value.__doc__, name
            for method, function in vars(value).items():
                assert method.startswith("__") or inspect.getdoc(function), (name, method)
        elif callable(value):
            assert value.__doc__, name
    for name in MODULES:
        module = importlib.import_module(name)
        assert module.__doc__, name


def test_types_are_marked():
    import win32com
    assert pathlib.Path(win32com.__file__).with_name("py.typed").exists()
