"""Variables of the environment that the clients of services read, by their names alone."""

from __future__ import annotations

from provenance.extract.collect import Collector
from provenance.extract.places import Places
from provenance.extract.surroundings import begin_of
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_VARIABLE_ENDS = tuple(
    b"_" + end for end in b"KEY TOKEN URL BASE ENDPOINT HOST SECRET ID APPID".split()
)
_VARIABLE_END = lazy(rb"[A-Z0-9_]_(?:KEY|TOKEN|URL|API_BASE|ENDPOINT|HOST|SECRET|ID|APPID)\b")
_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_VARIABLE = lazy(r"[A-Z][A-Z0-9_]*")
_MAX_VARIABLE = 100


def read_variables(
    data: bytes, places: Places, collector: Collector, vocabulary: Vocabulary
) -> None:
    """Record the services whose environment variables are named; weak evidence alone."""
    if not any(end in data for end in _VARIABLE_ENDS):
        return
    # A pattern for whole names would try every capital of the source.
    for match in _VARIABLE_END.finditer(data):
        offset = begin_of(data, match.start(), _CAPITALS, _MAX_VARIABLE)
        name = data[offset : match.end()].decode()
        service = vocabulary.variables.get(name) if _VARIABLE.fullmatch(name) else None
        if service and not data[offset - 1 : offset].isalpha():
            where = collector.occurrence(
                places.line(offset), name, usage=places.state(offset), confidence="low"
            )
            collector.service(service, where)
