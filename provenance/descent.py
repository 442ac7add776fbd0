"""The descent of models as frozen types: the part of ``model`` that speaks of lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:  # which is made of these types
    from provenance.model import ComponentId, Confidence, Evidence, Relation

Says = Literal["from-scratch", "tokenizer", "notice"]
Disagreement = Literal["from-scratch", "other-base", "tokenizer", "notice"]

HOWS = (
    "finetune", "continued-pretrain", "adapter", "merge", "quantization", "distillation",
    "conversion", "encoder", "upscaled", "unknown",
)  # fmt: skip
"""The kinds of derivation."""
BASES = ("declared", "hub-inferred", "trace", "structural", "weights")
"""What a derivation rests on: the publisher's word (or a sourced row of the data), what a hub
makes of it, a name left over in a file, and what the weights themselves show."""


class Statement(Struct, frozen=True, kw_only=True, order=True):
    """What a file says of a model's descent without naming a base as one.

    ``subject`` is the model that a tokenizer names, the licenses that a notice points to
    (separated by blanks), or "" where a card says ``from-scratch``.
    """

    component: ComponentId
    says: Says
    subject: str
    evidence: Evidence


class Step(Struct, frozen=True, kw_only=True, order=True):
    """One step of a model's descent: everything that is said of one child and one parent.

    ``how`` comes from the first of ``bases`` that knows it; None for ``same-as``.
    """

    source: ComponentId
    target: ComponentId
    relation: Relation
    how: str | None
    bases: tuple[str, ...]
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()


class Contradiction(Struct, frozen=True, kw_only=True, order=True):
    """Two statements on one model's descent that do not fit together.

    ``declared`` are the bases it declares, empty where it is said to be trained from
    scratch; ``named`` is what another file names instead.
    """

    kind: Disagreement
    declared: tuple[ComponentId, ...]
    named: tuple[str, ...]
    evidence: tuple[Evidence, ...]


class Lineage(Struct, frozen=True, kw_only=True):
    """A model's descent as far as it is known, and where the statements on it differ."""

    roots: tuple[ComponentId, ...]
    """Where the known chains end."""
    steps: tuple[Step, ...]
    trained_on: tuple[ComponentId, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
