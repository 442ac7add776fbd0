"""Servers of the Model Context Protocol, as assistants and agents are configured with them."""

from __future__ import annotations

from provenance import ids
from provenance.addresses import host_of, is_local_host
from provenance.extract.collect import Collector
from provenance.extract.config.yaml_tree import Node
from provenance.extract.deploy.workloads import Workloads
from provenance.extract.shell.installs import install
from provenance.vocabulary import Vocabulary

_KEYS = (("mcpServers",), ("mcp_servers",), ("mcp", "servers"), ("servers",))


def read_servers(root: Node, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record what the servers that a file of settings lists run from."""
    for key in _KEYS:
        servers = root.get(*key)
        if servers is not None:
            for _, server in servers.entries():
                _server(server, collector, vocabulary)
            return


def _server(server: Node, collector: Collector, vocabulary: Vocabulary) -> None:
    """Record the package, image or host that one server of the protocol runs from."""
    Workloads(collector, vocabulary).environment(server.get("env"))
    command = server.get("command")
    arguments = server.get("args")
    if command is not None and command.value:
        words = [command, *((arguments.items or []) if arguments is not None else ())]
        install([(word.value, word.line) for word in words if word.value], collector, vocabulary)
    url = server.get("url") or server.get("serverUrl")
    host = host_of(url.value) if url is not None and url.value else None
    if url is not None and host and not is_local_host(host):
        where = collector.occurrence(url.line, url.value or host)
        collector.service(vocabulary.service_of_host(host) or ids.service(host), where)
