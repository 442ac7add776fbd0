"""The terminal report: the decision first, then findings by severity, then the unknown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from provenance.i18n import Messages
from provenance.model import (
    SEVERITIES,
    Component,
    Finding,
    Gap,
    License,
    Occurrence,
    Report,
    Substitute,
)
from provenance.registry import Registry
from provenance.render.json_v1 import summary
from provenance.render.terminal import Page
from provenance.render.wording import (
    advisory,
    caution,
    citation,
    claim,
    clean,
    component_name,
    finding_message,
    gap_message,
    layers,
    made_from,
    path_of,
    rule_of,
    through,
    weights_alone,
)

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim"}
_DETAILED = ("high", "medium")
_PLACES = 2
_GAPS = 5
_OF_DESCENT = ("exposure/", "lineage-contradiction/")
"""Rules whose findings say what the model is made from."""
_FULL = 8
"""Findings of one rule and severity given in full before the rest become a table."""
_ADVISORIES = 5
"""Advisories on one component before the rest is only counted."""
_ROWS = 40
"""Rows of such a table before the rest is only counted."""


def render(
    report: Report, registry: Registry, words: Messages, *,
    width: int = 100, color: bool = False, verbose: bool = False, label: str = "", **_: object,
) -> str:  # fmt: skip
    """Return the report for a terminal.

    Args:
        width: columns; East Asian characters count two.
        color: write ANSI colours.
        verbose: also give low findings in full, and every gap.
        label: what the policy denies, as its author wrote it.
    """
    page = Page(width, color=color)
    writer = _Writer(report, registry, words, page.console, label)
    writer.decision()
    writer.findings(verbose=verbose)
    writer.unknown(verbose=verbose)
    writer.footer()
    return page.text()


class _Writer:
    """Writes one report to one console."""

    def __init__(
        self, report: Report, registry: Registry, words: Messages, console: Console, label: str
    ) -> None:
        self.report = report
        self.registry = registry
        self.words = words
        self.console = console
        self.label = label
        self.components = {item.id: item for item in report.components}
        self.open = [item for item in report.findings if item.status == "open"]

    # -- first screen ---------------------------------------------------------------

    def decision(self) -> None:
        """The answer, and what it rests on, in one screen."""
        words, report = self.words, self.report
        exposures = [f for f in self.open if f.rule.startswith("exposure/")]
        unknown = [f for f in self.open if f.rule.startswith("unknown-origin/")]
        used = [f for f in exposures if self.components[f.component].usage in ("used", "optional")]
        if used:
            shown = all(map(weights_alone, used))
            verdict = "decision.exposed-by-weights" if shown else "decision.exposed"
            style = "yellow" if shown else "bold red"
        elif exposures:
            verdict, style = "decision.exposed-outside", "yellow"
        elif unknown:
            verdict, style = "decision.unknown", "yellow"
        else:
            verdict, style = "decision.none-found", "bold"
        counts = summary(report)["findings"]
        body = Text()
        body.append(words(verdict, denied=self.label) + "\n", style=style)
        body.append(
            words(
                "decision.counts", high=counts["high"], medium=counts["medium"],
                low=counts["low"], info=counts["info"],
            )
        )  # fmt: skip
        body.append("\n")
        body.append(
            words("decision.unknowns", unknown=summary(report)["unknown"], gaps=len(report.gaps))
        )
        title = words(
            "decision.title", target=clean(report.target.name),
            policy=clean(report.inputs.policy_id), date=report.created[:10],
        )  # fmt: skip
        self.console.print(Panel(body, title=Text(title), title_align="left"))
        self._overview(self.open)

    def _overview(self, findings: list[Finding]) -> None:
        if not findings:
            return
        grouped: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            grouped[rule_of(finding)].append(finding)
        table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
        for column, justify in (
            ("kind", "left"), ("severity", "left"), ("count", "right"), ("examples", "left"),
        ):  # fmt: skip
            table.add_column(
                self.words(f"column.{column}"), justify=justify,  # type: ignore[arg-type]
                no_wrap=column != "examples", overflow="fold",
            )  # fmt: skip
        order = sorted(
            grouped.items(),
            key=lambda item: (-max(SEVERITIES.index(f.severity) for f in item[1]), item[0]),
        )
        for rule, items in order:
            top = max((f.severity for f in items), key=SEVERITIES.index)
            names = dict.fromkeys(component_name(f.component, self.registry) for f in items)
            shown = self.words("label.comma").join(list(names)[:4])
            more = f" +{len(names) - 4}" if len(names) > 4 else ""
            table.add_row(
                Text(self.words(rule)),
                Text(self.words(f"severity.{top}"), style=_STYLES[top]),
                str(len(items)),
                Text(shown + more),
            )
        self.console.print(Padding(table, (0, 0, 1, 1)))

    # -- findings -------------------------------------------------------------------

    def findings(self, *, verbose: bool) -> None:
        """High and medium findings in full, the others as tables."""
        for severity in reversed(SEVERITIES):
            items = [f for f in self.open if f.severity == severity]
            if not items:
                continue
            self._heading(
                self.words("heading.severity", severity=self.words(f"severity.{severity}"),
                           count=len(items)), _STYLES[severity],
            )  # fmt: skip
            grouped: dict[str, list[Finding]] = defaultdict(list)
            for finding in items:
                grouped[rule_of(finding)].append(finding)
            for rule, found in grouped.items():
                full = len(found) if verbose else _FULL if severity in _DETAILED else 0
                for finding in found[:full]:
                    self._detail(finding)
                if found[full:]:
                    self._list(rule, found[full:])
        ignored = [f for f in self.report.findings if f.status != "open"]
        if ignored:
            self.console.print(Text(self.words("heading.ignored", count=len(ignored)), style="dim"))

    def _heading(self, text: str, style: str = "bold") -> None:
        self.console.print(Text(f"── {text} ──", style=style))
        self.console.print()

    def _detail(self, finding: Finding) -> None:
        words = self.words
        component = self.components[finding.component]
        attribution = self.report.attributions[finding.component]
        head = Text()
        head.append(f"[{words(f'severity.{finding.severity}')}] ", style=_STYLES[finding.severity])
        if finding.confidence != "high":
            sure = words(f"confidence.{finding.confidence}")
            head.append(f"({words('label.confidence', confidence=sure)}) ", style="dim")
        head.append(finding_message(finding, self.registry, words))
        self.console.print(head)
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        if len(finding.path) > 2:
            grid.add_row(words("field.path"), Text(path_of(finding, self.registry)))
        places = _places(component.occurrences)
        if places:
            grid.add_row(words("field.where"), Text(places))
        relevant = [o for o in attribution.origins if o.role not in ("channel",)]
        if relevant:
            text = "; ".join(dict.fromkeys(claim(o, self.registry, words) for o in relevant[:6]))
            grid.add_row(words("field.origin"), Text(text))
        if finding.rule.startswith("vulnerability/"):
            self._advisories(component, grid)
        else:
            for cited in dict.fromkeys(citation(one, words) for one in finding.citations):
                grid.add_row(words("field.evidence"), Text(cited))
        licenses = self._licenses(attribution.licenses)
        if licenses or component.kind in ("model", "package", "dataset"):
            grid.add_row(words("field.license"), Text(licenses or words("label.license-unknown")))
        if finding.rule.startswith(_OF_DESCENT):
            descent = made_from(finding.component, attribution.lineage, self.registry, words)
            if descent:
                grid.add_row(words("field.lineage"), Text(descent))
        self._candidates(finding, grid)
        grid.add_row(
            words("field.id"), Text(f"{finding.id}  {clean(finding.component)}", style="dim")
        )
        self.console.print(Padding(grid, (0, 0, 1, 2)))

    def _advisories(self, component: Component, grid: Table) -> None:
        """What is known of a component, each with where to read it."""
        words, found = self.words, component.vulnerabilities
        for item in found[:_ADVISORIES]:
            text = Text(advisory(item, words))
            for evidence in item.evidence:
                text.append(f"\n{citation(evidence, words)}", style="dim")
            grid.add_row(words("field.advisory"), text)
        if len(found) > _ADVISORIES:
            more = words("label.more", count=len(found) - _ADVISORIES)
            grid.add_row("", Text(more, style="dim"))

    def _licenses(self, licenses: Iterable[License]) -> str:
        parts = []
        for item in licenses:
            text = clean(item.expression)
            if item.terms:
                text += f" [{', '.join(item.terms)}]"
            if item.via:
                text += f" ({through(item, item.via[-1:], self.registry, self.words)})"
            parts.append(text)
        return "; ".join(dict.fromkeys(parts[:6]))

    def _candidates(self, finding: Finding, grid: Table) -> None:
        if not finding.rule.startswith("exposure/"):
            return
        words = self.words
        found = [item for item in self.report.substitutes if item.of == finding.component]
        for number, item in enumerate(found):
            label = "" if number else words("field.instead")
            grid.add_row(label, Text(self._candidate(item, found)))
        left_out = self.report.excluded_candidates.get(finding.component, 0)
        if left_out or (not found and finding.component in self.report.excluded_candidates):
            key = "label.left-out" if found else "label.no-candidate"
            text = Text(words(key, count=left_out, denied=self.label), style="dim")
            grid.add_row("" if found else words("field.instead"), text)

    def _candidate(self, item: Substitute, found: list[Substitute]) -> str:
        words = self.words
        head = f"{clean(item.name)} ({', '.join(item.jurisdictions) or '?'})"
        if len({other.function for other in found}) > 1:
            head = f"{item.function}: {head}"
        parts = [
            head,
            words(f"tier.{item.tier}"),
            words("label.effort", effort=item.effort or "?"),
            item.license or words("label.license-unknown"),
        ]
        if item.layers:
            parts.append(words("label.us-lineage", layers=layers(item, words)))
        if item.caution:
            parts.append(
                words("label.caution", caution=caution(item.caution, self.registry, words))
            )
        return " · ".join(parts)

    def _list(self, rule: str, found: list[Finding]) -> None:
        title = Text(f"{self.words(rule)} ({len(found)})", style="bold")
        self.console.print(title)
        table = Table.grid(padding=(0, 2))
        table.add_column(overflow="fold", ratio=4)
        table.add_column(overflow="fold", ratio=1)
        table.add_column(overflow="fold", ratio=2)
        table.add_column(overflow="fold", ratio=5)
        for finding in found[:_ROWS]:
            component = self.components[finding.component]
            attribution = self.report.attributions[finding.component]
            usage = (
                "" if component.usage == "used"
                else f" ({self.words(f'usage.{component.usage}')})"
            )  # fmt: skip
            license_text = next((clean(item.expression) for item in attribution.licenses), "–")
            if len(license_text) > 24:
                license_text = license_text[:23] + "…"
            table.add_row(
                Text(component_name(finding.component, self.registry) + usage),
                Text(", ".join(attribution.effective_jurisdictions) or "?"),
                Text(license_text),
                Text(_places(component.occurrences, 1)),
            )
        if len(found) > _ROWS:
            table.add_row(
                Text(self.words("label.more", count=len(found) - _ROWS), style="dim"), "", "", ""
            )
        self.console.print(Padding(table, (0, 0, 1, 2)))

    # -- the unknown ------------------------------------------------------------------

    def unknown(self, *, verbose: bool) -> None:
        """Gaps by reason: everything that could not be determined."""
        gaps = self.report.gaps
        if not gaps:
            return
        self._heading(self.words("heading.gaps", count=len(gaps)))
        grouped: dict[str, list[Gap]] = defaultdict(list)
        for gap in gaps:
            grouped[gap.reason].append(gap)
        for reason, items in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0])):
            limit = len(items) if verbose else _GAPS
            title = self.words(f"reason.{reason}")
            self.console.print(Text(f"{title} ({len(items)})", style="bold"))
            for gap in items[:limit]:
                where = f"  {clean(str(gap.location))}" if gap.location else ""
                text = Text(gap_message(gap, self.registry, self.words))
                text.append(where, style="dim")
                self.console.print(Padding(text, (0, 0, 0, 2)))
            if len(items) > limit:
                more = self.words("label.more", count=len(items) - limit)
                self.console.print(Padding(Text(more, style="dim"), (0, 0, 0, 2)))
        self.console.print()

    def footer(self) -> None:
        """What was read, with which knowledge, and what this is not."""
        words, report, hosts = self.words, self.report, self.report.inputs.hosts_contacted
        kinds = Counter(c.kind for c in report.components if c.kind != "project")
        inventory = words("label.comma").join(
            f"{words(f'kind.{kind}')} {count}" for kind, count in sorted(kinds.items())
        )
        lines = [
            words(
                "footer.read", read=report.target.files_read, seen=report.target.files_seen,
                ignored=report.target.files_ignored, components=sum(kinds.values()),
                inventory=inventory or "–",
            ),
            words(
                "footer.knowledge", rows=report.inputs.registry_rows,
                digest=report.inputs.registry_sha256[:12], policy=report.inputs.policy_id,
            ),
            *(
                words("footer.overlay", file=clean(file), rows=rows, digest=digest[:12])
                for file, digest, rows in report.inputs.overlays
            ),
            *(
                words("footer.lineage-database", file=clean(file), rows=rows, digest=digest[:12])
                for file, digest, rows in filter(None, (report.inputs.lineage_database,))
            ),
            words("footer.online", hosts=", ".join(hosts) or "–")
            if report.inputs.online or hosts
            else words("footer.offline"),
            words(
                "footer.vulnerabilities", count=summary(report)["vulnerable"]
            ) if report.inputs.vulnerabilities_asked else words("footer.vulnerabilities-not-asked"),
            words("footer.disclaimer"),
        ]  # fmt: skip
        for line in lines:
            self.console.print(Text(line, style="dim"))


def _places(occurrences: tuple[Occurrence, ...], limit: int = _PLACES) -> str:
    """Return the strongest places as ``path:line`` and how many more there are."""
    order = {"high": 0, "medium": 1, "low": 2}
    ranked = sorted(occurrences, key=lambda o: (order[o.confidence], o.path, o.line))
    shown = []
    for item in ranked[:limit]:
        place = clean(f"{item.path}:{item.line}" if item.line else item.path)
        written = clean(item.as_written)
        shown.append(f"{place} {written}" if limit > 1 and len(written) < 60 else place)
    more = f" +{len(ranked) - limit}" if len(ranked) > limit else ""
    return ", ".join(shown) + more
