"""Words of a command line told apart: options, their values, and what stands alone."""

from __future__ import annotations

from collections.abc import Sequence

from provenance.extract.shell.words import Argument

Arguments = Sequence[Argument]


def positionals(arguments: Arguments, valued: frozenset[str] = frozenset()) -> list[Argument]:
    """Return the words that are neither options nor the values of these options."""
    found, skip = [], False
    for argument in arguments:
        if skip:
            skip = False
        elif argument.text.startswith("-") and len(argument.text) > 1:
            skip = argument.text in valued
        else:
            found.append(argument)
    return found


def option(arguments: Arguments, *names: str) -> Argument | None:
    """Return the value of the first of these options that is given."""
    for number, argument in enumerate(arguments):
        flag, equals, value = argument.text.partition("=")
        if flag in names:
            if equals:
                return Argument(value, argument.line, argument.default)
            return arguments[number + 1] if number + 1 < len(arguments) else None
    return None
