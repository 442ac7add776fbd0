"""Parameters that an expression comes from, and how far that is followed."""

from __future__ import annotations

import ast
import textwrap

import pytest

from provenance.extract.python.modules import bindings_of
from provenance.extract.python.origins import Origin, Tracer


def origins(source: str) -> set[Origin]:
    """Return where the argument of ``load(…)`` comes from."""
    names = bindings_of(textwrap.dedent(source).encode())
    assert names
    (found,) = [
        (call.args[0], scope)
        for call, scope in names.others
        if isinstance(call.func, ast.Name) and call.func.id == "load"
    ]
    return set(Tracer(names).of(*found))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("load(name)", ("make", "name", ())),
        ("load(str(name).strip())", ("make", "name", ())),
        ("load(name.path)", ("make", "name", ((".", "path"),))),
        ("load(name['path'])", ("make", "name", (("[", "path"),))),
        ("load(name.get('path', 'x'))", ("make", "name", (("[", "path"),))),
        ("other = name or 'x'\n    load(other)", ("make", "name", ())),
        ("load(name if name else 'x')", ("make", "name", ())),
    ],
)
def test_a_parameter_is_found(body: str, expected: Origin) -> None:
    assert origins(f"def make(name):\n    {body}\n") == {expected}


def test_a_parameter_kept_in_the_object() -> None:
    assert origins(
        """
        class Client:
            def __init__(self, model):
                self.model = model
            def ask(self):
                load(self.model)
        """
    ) == {("Client", "model", ())}


def test_a_field_of_a_class_without_constructor() -> None:
    assert origins("class C:\n    model: str\n    def ask(self):\n        load(self.model)\n") == {
        ("C", "model", ())
    }


@pytest.mark.parametrize("body", ["load('x')", "load(name.a.b)", "load(make_it(name))"])
def test_what_is_not_handed_on(body: str) -> None:
    assert origins(f"def make(name):\n    {body}\n") == set()


def test_names_that_stand_for_each_other_end() -> None:
    lines = [f"    v{n} = v{n + 1} or v{n + 2} or name\n" for n in range(60)]
    source = "def make(name):\n" + "".join(lines * 20) + "    load(v0)\n"
    assert origins(source) == {("make", "name", ())}
