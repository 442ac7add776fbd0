"""The console that terminal reports are written on: rich, but deaf to its surroundings."""

from __future__ import annotations

import io

from rich.console import Console


class Page:
    """A console of fixed width whose text is taken out at the end.

    Colour and width come from the caller alone: rich would read the environment, and
    a report must be the same wherever it is made.
    """

    def __init__(self, width: int, *, color: bool) -> None:
        self._stream = io.StringIO()
        self.console = Console(
            file=self._stream, width=width, height=100, force_terminal=color,
            no_color=not color, color_system="standard" if color else None, highlight=False,
            markup=False, emoji=False, legacy_windows=False,
        )  # fmt: skip

    def text(self) -> str:
        """Return what was written, without blanks at line ends."""
        return "\n".join(line.rstrip() for line in self._stream.getvalue().splitlines()) + "\n"
