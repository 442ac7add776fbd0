"""The only place that knows where the knowledge under ``data/`` lives.

Tables are read when first asked for, and only then: an offline hook run that
meets no model never reads the lineage. Nothing here judges; it looks up.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from provenance import ids
from provenance.errors import RegistryError
from provenance.model import CONFIDENCES
from provenance.registry.sorted_table import SortedTable, sorted_text
from provenance.registry.tables import (
    Alternative,
    Call,
    Candidate,
    Claim,
    ComponentLicense,
    ComponentLink,
    Default,
    Function,
    Identifier,
    JurisdictionRow,
    Keyed,
    LicenseName,
    LicenseTerms,
    Lineage,
    Organization,
    Ownership,
    WeightDigest,
    in_force,
)

Row = TypeVar("Row")


def data_directory() -> Path:
    """Return where the data lies: in the wheel beside the code, else in the checkout."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "data", package.parent / "data"):
        if (candidate / "origin_registry.csv").is_file():
            return candidate
    raise RegistryError(
        "the data folder is missing", hint="install the wheel or an editable checkout"
    )


class Overlay(NamedTuple):
    """A file of one's own rows, with the digest a report names it by."""

    name: str
    fields: tuple[str, ...]
    text: str
    sha256: str
    rows: int


def _overlay(path: Path) -> Overlay:
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError(f"{path}: {error}", hint="an overlay is a CSV file in UTF-8") from error
    fields = tuple(text.partition("\n")[0].split(","))
    if fields not in {row_type._fields for row_type in OVERLAID}:
        raise RegistryError(
            f"{path}: its columns are no table's", hint="see data/README.md for the columns"
        )
    rows = 0
    for row in SortedTable(text, path.name, fields).all():
        rows += 1
        values = dict(zip(fields, row, strict=True))
        if values.get("confidence", "low") not in CONFIDENCES:
            raise RegistryError(
                f"{path}: {row[0]}: confidence {values['confidence']!r}",
                hint="one of " + ", ".join(CONFIDENCES),
            )
        if not values.get("source", "-").strip():
            raise RegistryError(f"{path}: {row[0]}: no source", hint="no claim without evidence")
    return Overlay(path.name, fields, text, hashlib.sha256(data).hexdigest(), rows)


OVERLAID = (
    Organization, Ownership, Claim, Identifier, Function, Lineage, ComponentLink,
    ComponentLicense, LicenseTerms, WeightDigest,
)  # fmt: skip
"""The tables that may be overlaid."""


class Registry:
    """Typed, lazy access to the tables of one data folder."""

    def __init__(self, root: Path | None = None, overlays: Sequence[Path] = ()) -> None:
        """Open a data folder, with files of one's own laid over it.

        Args:
            root: the folder; None for the shipped one.
            overlays: CSV files with the columns of a table of :data:`OVERLAID`, later
                ones first in line. A key they hold is theirs alone.

        Raises:
            RegistryError: an overlay cannot be read, has no table's columns, or a row of
                it has no source or no known confidence.
        """
        self.root = root or data_directory()
        self._shipped = root is None
        self.overlays = tuple(_overlay(path) for path in overlays)
        self._known_organizations: dict[str, Organization | None] = {}
        self._known_owners: dict[str, tuple[Ownership, ...]] = {}

    # -- files ---------------------------------------------------------------

    def text(self, name: str) -> str:
        """Return a data file's text.

        Raises:
            RegistryError: the file is missing or not UTF-8.
        """
        try:
            return (self.root / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RegistryError(f"data/{name}: {error}") from error

    def table(self, name: str, row_type: type[Row]) -> Keyed[Row]:
        """Return one CSV as rows by key, overlays first."""
        fields: tuple[str, ...] = row_type._fields  # type: ignore[attr-defined]
        text = self.text(name)
        # The shipped files are held sorted by `validate`; any other folder's may not be.
        shipped = SortedTable(text if self._shipped else sorted_text(text), f"data/{name}", fields)
        layers = [
            SortedTable(sorted_text(o.text), o.name, fields, label=f"overlay {o.name}")
            for o in reversed(self.overlays)
            if o.fields == fields
        ]
        return Keyed([*layers, shipped], row_type._make)  # type: ignore[attr-defined]

    def rows(self, name: str, row_type: type[Row]) -> Iterator[Row]:
        """Yield the typed rows of one CSV, overlays first."""
        return self.table(name, row_type).all()

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the name and text of every CSV, the overlays' last."""
        for name in self.files():
            if name.endswith(".csv"):
                yield name, self.text(name)
        for overlay in self.overlays:
            yield f"overlay {overlay.name}", overlay.text

    def files(self) -> tuple[str, ...]:
        """Return every data file, relative to the root, sorted."""
        root = str(self.root)
        found = []
        for folder, _, names in os.walk(root):
            prefix = folder[len(root) + 1 :].replace(os.sep, "/")
            for name in names:
                if name.endswith((".csv", ".toml", ".json")):
                    found.append(f"{prefix}/{name}" if prefix else name)
        return tuple(sorted(found))

    @cached_property
    def digest(self) -> tuple[str, int]:
        """The SHA-256 over every data file's name and bytes, and the number of CSV rows."""
        total, rows = hashlib.sha256(), 0
        for name in self.files():
            data = (self.root / name).read_bytes()
            total.update(f"{name}\0{len(data)}\0".encode())
            total.update(data)
            if name.endswith(".csv"):
                rows += max(data.count(b"\n") - 1, 0)
        return total.hexdigest(), rows

    # -- organizations -------------------------------------------------------

    @cached_property
    def _organizations(self) -> Keyed[Organization]:
        return self.table("organizations.csv", Organization)

    def organization(self, name: str) -> Organization | None:
        """Return an organization by id."""
        if name not in self._known_organizations:
            rows = self._organizations.get(name)
            self._known_organizations[name] = rows[0] if rows else None
        return self._known_organizations[name]

    @cached_property
    def organizations(self) -> Mapping[str, Organization]:
        """Every organization by id; for a few, ask :meth:`organization`."""
        found: dict[str, Organization] = {}
        for row in self._organizations.all():
            found.setdefault(row.id, row)
        return found

    @cached_property
    def _ownership(self) -> Keyed[Ownership]:
        return self.table("ownership.csv", Ownership)

    def owners(self, organization: str, on: str) -> tuple[Ownership, ...]:
        """Return who controls or stewards an organization on an ISO date."""
        if organization not in self._known_owners:
            self._known_owners[organization] = self._ownership.get(organization)
        rows = self._known_owners[organization]
        return tuple(row for row in rows if in_force(row.valid_from, row.valid_to, on))

    def parent(self, organization: str, on: str) -> str | None:
        """Return the organization that controls another on an ISO date."""
        rows = [row for row in self.owners(organization, on) if row.role == "control"]
        return rows[0].owner if rows else None

    # -- what is known of a component -----------------------------------------

    @cached_property
    def _claims(self) -> Keyed[Claim]:
        return self.table("origin_registry.csv", Claim)

    def claims(self, component: str, on: str) -> tuple[Claim, ...]:
        """Return the claims in force on an ISO date, from the most specific key that has any."""
        _, rows = self._claims.find(component)
        return tuple(row for row in rows if in_force(row.valid_from, row.valid_to, on))

    def claims_below(self, prefix: str, on: str) -> tuple[Claim, ...]:
        """Return the claims in force on an ISO date of every key that starts so."""
        rows = self._claims.starting(prefix)
        return tuple(row for row in rows if in_force(row.valid_from, row.valid_to, on))

    @cached_property
    def known_namespaces(self) -> frozenset[str]:
        """Hub namespaces with a row of their own, lower-cased."""
        found = self._claims.keys("huggingface:")
        return frozenset(key.partition(":")[2].lower() for key in found)

    @cached_property
    def modelscope_namespaces(self) -> frozenset[str]:
        """ModelScope namespaces with a row of their own, lower-cased."""
        found = self._claims.keys("modelscope:")
        return frozenset(key.partition(":")[2].lower() for key in found)

    def is_storehouse(self, component: str) -> bool:
        """Tell whether a service is a place for code, packages or weights, not an API."""
        functions = self.functions(component)
        return any(name in ("model.hub", "package.index", "code.host") for name in functions)

    @cached_property
    def _identifiers(self) -> Keyed[Identifier]:
        return self.table("identifiers.csv", Identifier)

    def identifications(self, identifier: str) -> tuple[Identifier, ...]:
        """Return what an identifier (``import:cv2``) may name: several packages share names."""
        return self._identifiers.get(identifier)

    def identified(self, identifier: str) -> str | None:
        """Return the component an identifier names, or None."""
        rows = self.identifications(identifier)
        return rows[0].component if rows else None

    def identified_by(self, scheme: str) -> Mapping[str, str]:
        """Return component ids by identifier for one scheme (``host``, ``env`` …)."""
        start = f"{scheme}:"
        found: dict[str, str] = {}
        for row in self._identifiers.starting(start):
            found.setdefault(row.identifier[len(start) :], row.component)
        return found

    def has_identifiers(self, prefix: str) -> bool:
        """Tell whether any identifier starts with a prefix (``import:google.``)."""
        return next(self._identifiers.starting(prefix), None) is not None

    @cached_property
    def _functions(self) -> Keyed[Function]:
        return self.table("functions.csv", Function)

    def functions(self, component: str) -> tuple[str, ...]:
        """Return what a component is for, from the most specific key that says."""
        _, rows = self._functions.find(component)
        return tuple(dict.fromkeys(row.function for row in rows))

    def display_name(self, component: str) -> str:
        """Return a component's usual name, or its id without the scheme."""
        rows = self._functions.get(ids.without_version(component))
        return rows[0].name if rows and rows[0].name else ids.short(component)

    @cached_property
    def _lineage(self) -> Keyed[Lineage]:
        return self.table("lineage.csv", Lineage)

    def lineage(self, component: str) -> tuple[Lineage, ...]:
        """Return the derivation edges recorded for exactly this component, never its family."""
        return self._lineage.find(component, namespaces=False)[1]

    @cached_property
    def _links(self) -> Keyed[ComponentLink]:
        return self.table("links.csv", ComponentLink)

    def links(self, component: str) -> tuple[ComponentLink, ...]:
        """Return the other relations recorded for a component or its namespace."""
        return self._links.find(component)[1]

    # -- licenses --------------------------------------------------------------

    @cached_property
    def _component_licenses(self) -> Keyed[ComponentLicense]:
        return self.table("licenses/components.csv", ComponentLicense)

    def component_licenses(self, component: str) -> tuple[ComponentLicense, ...]:
        """Return the licenses recorded for exactly this component (or API family).

        Unlike origins, a license is never taken over from a hub namespace:
        siblings of one publisher differ.
        """
        return self._component_licenses.find(component, namespaces=False)[1]

    @cached_property
    def license_terms(self) -> Mapping[str, LicenseTerms]:
        """License texts by SPDX id or ``LicenseRef-…``."""
        found: dict[str, LicenseTerms] = {}
        for row in self.rows("licenses/terms.csv", LicenseTerms):
            found.setdefault(row.license, row)
        return found

    @cached_property
    def license_aliases(self) -> Mapping[str, str]:
        """License ids by the names hubs and packages use, lower-cased."""
        found = {row.license.lower(): row.license for row in self.license_terms.values()}
        for row in self.license_terms.values():
            for name in (*row.aliases.split(), row.name):  # some write the whole title
                found.setdefault(name.lower(), row.license)
        return found

    @cached_property
    def license_names(self) -> Mapping[str, LicenseName]:
        """What packages mean by the words they write, by :func:`tables.plain_name`."""
        return {row.name: row for row in self.rows("licenses/names.csv", LicenseName)}

    # -- substitutes, jurisdictions, detection ---------------------------------

    def candidates(self, function: str) -> tuple[Candidate, ...]:
        """Return what could serve a function; () when the function has no file."""
        name = f"substitutes/{function}.csv"
        return tuple(self.rows(name, Candidate)) if (self.root / name).is_file() else ()

    @cached_property
    def alternatives(self) -> Mapping[str, tuple[str, ...]]:
        """Functions that can do another function's work: own weights for an API."""
        found: dict[str, tuple[str, ...]] = {}
        for row in self.rows("alternatives.csv", Alternative):
            found[row.function] = (*found.get(row.function, ()), row.alternative)
        return found

    @cached_property
    def jurisdictions(self) -> Mapping[str, JurisdictionRow]:
        """Jurisdictions by code."""
        return {row.code: row for row in self.rows("jurisdictions.csv", JurisdictionRow)}

    def members(self, code: str) -> frozenset[str]:
        """Return the codes a setting such as ``EU`` or ``FR`` stands for."""
        return self._blocs.get(code) or frozenset({code})

    @cached_property
    def _blocs(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for row in self.jurisdictions.values():
            for bloc in row.blocs.split():
                found.setdefault(bloc, set()).add(row.code)
        return {bloc: frozenset(codes) for bloc, codes in found.items()}

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Callables whose arguments name models, datasets or endpoints."""
        return tuple(self.rows("calls.csv", Call))

    @cached_property
    def script_calls(self) -> tuple[Call, ...]:
        """Callables of npm packages (``package#name``) whose arguments name models or endpoints."""
        return tuple(self.rows("calls_js.csv", Call))

    @cached_property
    def _defaults(self) -> Keyed[Default]:
        return self.table("defaults.csv", Default)

    def defaults(self, callable_name: str) -> tuple[Default, ...]:
        """Return what a callable uses that is told nothing, by its pattern in the data.

        A condition comes before none, the newest version first.
        """
        rows = self._defaults.get(callable_name)
        return tuple(sorted(rows, key=lambda r: (bool(r.condition), r.order), reverse=True))

    @cached_property
    def model_words(self) -> tuple[str, ...]:
        """Words that occur in the names of models (for spotting ids, never for origin)."""
        lines = self.text("model_words.csv").split()
        return tuple(lines[1:])
