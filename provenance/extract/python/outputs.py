"""What a source makes itself: folders it saves models to, repositories it pushes to.

A name that is loaded again after it was saved or pushed is a result of the run and nothing
that the project stands on. One that was loaded before is both, and stays what it was.
"""

from __future__ import annotations

import ast

from provenance.extract.python.nodes import argument_of, last_name
from provenance.extract.python.readings import Told
from provenance.extract.python.scopes import Calls, Scope
from provenance.extract.python.values import Values
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

PUSHES = lazy(rb"\b(?:push_to_hub\w*|create_repo|upload_(?:file|folder|large_folder))\(")
"""Calls that send something to a repository."""
_MARKS = (b"output_dir", b"save", b"push_to_hub", b"hub_model_id", b"create_repo", b"upload_")
_REPOSITORY: dict[str, tuple[str | int, ...]] = {
    "push_to_hub": ("repo_id", "repo_name", 0), "push_to_hub_merged": ("repo_id", 0),
    "push_to_hub_gguf": ("repo_id", 0), "create_repo": ("repo_id", 0), "upload_file": ("repo_id",),
    "upload_folder": ("repo_id",), "upload_large_folder": ("repo_id", 0),
}  # fmt: skip
_FOLDER: dict[str, tuple[str | int, ...]] = {
    "save_pretrained": ("save_directory", 0), "save_pretrained_merged": ("save_directory", 0),
    "save_pretrained_gguf": ("save_directory", 0), "save_model": ("output_dir", 0),
    "save_to_disk": (0,), "save": (0,),
}  # fmt: skip
_MAX_PARTS = 20


class Outputs:
    """The names of what one module makes, each with the line that first says so."""

    def __init__(self, data: bytes, calls: Calls, values: Values, vocabulary: Vocabulary) -> None:
        """Take a module.

        Args:
            calls: every call of it that was looked at.
        """
        self._values = values
        self._vocabulary = vocabulary
        self._folders: dict[str, int] = {}
        self._repositories: dict[str, int] = {}
        self.places: set[tuple[int, str]] = set()
        """(line, text) of the literals that name a repository which is pushed to."""
        if not any(mark in data for mark in _MARKS):
            return
        for call, scope in calls:
            name = last_name(call.func)
            self._take(call, scope, _REPOSITORY.get(name), self._repositories)
            self._take(call, scope, _FOLDER.get(name), self._folders)
            self._take(call, scope, ("hub_model_id",), self._repositories)
            self._take(call, scope, ("output_dir",), self._folders)

    def _take(
        self, call: ast.Call, scope: Scope, places: tuple[str | int, ...] | None,
        into: dict[str, int],
    ) -> None:  # fmt: skip
        argument = argument_of(call, places) if places else None
        for value in self._values.evaluate(argument, scope) or () if argument is not None else ():
            # A name bound further down is what the same variable means there.
            if value.path or value.line > call.lineno or not value.text.strip("./"):
                continue
            into[value.text] = min(call.lineno, into.get(value.text, call.lineno))
            if into is self._repositories:
                self.places.add((value.line, value.text))

    def texts(self, loaded: list[Told]) -> set[str]:
        """Return the repositories that are pushed to, and that no call of these takes."""
        return self._repositories.keys() - {told.value.text for told in loaded}

    def without(self, loads: list[tuple[Told, ast.expr, Scope]]) -> list[Told]:
        """Return what is loaded, but not what the module made before."""
        first: dict[str, int] = {}
        for told, _, _ in loads:
            text = told.value.text
            first[text] = min(told.call.lineno, first.get(text, told.call.lineno))
        return [
            told for told, argument, scope in loads
            if not self._made(told, argument, scope, first[told.value.text])
        ]  # fmt: skip

    def _made(self, told: Told, argument: ast.expr, scope: Scope, first: int) -> bool:
        """Tell whether a name is of something made above the first line that loads it."""
        text = told.value.text
        if told.value.path or told.client is not None:
            return False
        line = self._repositories.get(text)
        if line is None and not self._is_model(text):
            line = self._folders.get(text)
        if line is not None:
            return line < first
        above = {part for part, line in self._folders.items() if line < first}
        if any(text.startswith(f"{part}/") for part in above):
            return True
        above |= {part for part, line in self._repositories.items() if line < first}
        return bool(above) and self._is_made_of(text, argument, scope, above)

    def _is_model(self, text: str) -> bool:
        """Tell whether a folder has the name of a model, as one that is kept here may have."""
        return bool(self._vocabulary.alias(text)) or self._vocabulary.looks_like_model(text)

    def _is_made_of(self, text: str, argument: ast.expr, scope: Scope, made: set[str]) -> bool:
        """Tell whether a name is put together of one of these: ``f"me/{output_dir}"``."""
        bound = scope.lookup(argument.id) if isinstance(argument, ast.Name) else []
        for node, home in [(argument, scope), *bound]:
            parts: list[ast.expr] = []
            if isinstance(node, ast.JoinedStr):
                parts = node.values
            elif isinstance(node, ast.BinOp):
                parts = [node.left, node.right]
            texts = {
                value.text
                for part in parts[:_MAX_PARTS]
                for value in self._values.evaluate(part, home) or ()
            }
            if text not in texts and any(f"/{part}" in text for part in texts & made):
                return True
        return False
