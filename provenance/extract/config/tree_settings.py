"""The settings of a tree (YAML, JSON, TOML): which key holds a model, whose, and through what."""

from __future__ import annotations

import re

from provenance.addresses import host_of, is_local_host
from provenance.extract.archives import holds_data, prepares_data
from provenance.extract.asked import COSTS
from provenance.extract.channels import PYPI
from provenance.extract.collect import Collector
from provenance.extract.config.placeholders import filled
from provenance.extract.config.yaml_tree import Node, Setting, mappings, settings
from provenance.extract.deploy.images import is_image, read_image
from provenance.extract.deploy.machines import platform_of_machine
from provenance.extract.manifests.requirements import read_requirement
from provenance.extract.routed import RouterOf
from provenance.extract.sections import named_provider, provider_called, provider_of_path
from provenance.extract.settings import names_dataset, names_model, names_tokenizer, read_setting
from provenance.extract.shell.script import read_shell
from provenance.extract.shell.words import Value, Variables
from provenance.extract.written import MODE, is_placeholder, read_model
from provenance.model import Usage
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_PROVIDER_KEYS = ("provider", "model_provider", "llm_provider", "embedding_provider", "api_type",
                  "modelProvider", "llmProvider", "embeddingProvider", "custom_llm_provider",
                  "Provider", "ModelProvider", "LlmProvider", "type")  # fmt: skip
_BASE_KEYS = frozenset("apibase baseurl openaiapibase apibaseurl apiurl endpoint azureendpoint "
                       "azureopenaiendpoint".split())  # fmt: skip
"""In small letters, without what joins their words."""
_SHELL_KEYS = frozenset(
    "run setup command commands script cmd cmds entrypoint before_script after_script install "
    "build_command start_command shell ansible.builtin.shell ansible.builtin.command "
    "postCreateCommand postStartCommand onCreateCommand updateContentCommand".split()
)
_GRANTED = frozenset({"endpoint", "apikey", "key", "subscriptionkey"})
"""Keys, in small letters, of which a section about a hosted product has one."""
_SIGNS = lazy(r"[\W_]+")
_USED_FOR = lazy(r"(?<=.)(?:text|chat|completion|embeddings?|config|settings|options|service)$")
"""What the name of such a section may end with."""
_TAGGED = lazy(r"[a-z0-9][\w.-]*(?::\d+)?(?:/[\w.-]+)+:[\w.-]+")
"""An image with a path and a tag: nothing else is written so."""
_IMAGE_KEYS = frozenset({"image", "docker_image", "container_image", "base_image", "dockerImage"})
_PIP_KEYS = frozenset({"python_packages", "pip_packages", "additional_dependencies"})
_PIP_PATHS = frozenset({("python", "packages"), ("pip", "name"), ("pip", "packages")})
_REPOSITORY_KEYS = frozenset({"repo_id", "hf_repo", "hf_repo_id", "hf_model_id"})
_CONNECTION = lazy(
    r"(?i)(?:^|;)\s*(endpoint|deployment(?:name|id)?|model(?:name|id)?)\s*=\s*([^;]{1,300})"
)
"""The parts of a connection string (``Endpoint=…;Key=…;Deployment=…``) that matter."""
_ENTRY_KEYS = frozenset("id name value slug".split())
_NAME = lazy(r"[A-Za-z](?=[\w.:-]*\d)[\w.:-]{2,80}")
_OF_DATA = lazy(
    r"(?:.*_)?(?:datas?ets?|(?:train|training|eval|val|test|finetuning)_data|corpus|corpora)"
    r"(?:_(?:configs?|list|info|mix(?:er|ture)?))?|build_info",
    re.IGNORECASE,
)
"""A section about data."""
_FETCHED = lazy(
    r"(?:.*_)?(?:ur[li]s?|links?|downloads?|files?|paths?|src|source|train|val|valid|validation|"
    r"test|dev|data|datasets?|annotations?|anns?)",
    re.IGNORECASE,
)
"""A key of what is fetched: not a page, a picture or a license."""
_NOT_LOADED = lazy(r"^(?:outputs?|save|saving|push|export|logging|labels|annotations)$", re.I)
_INTERPOLATION = lazy(
    r"\$\{(?:oc\.)?env[:.](?P<env>\w{1,100})(?:[,:]-?(?P<default>[^{}]{0,300}))?\}"
    r"|\$\{(?P<path>\.{0,3}[A-Za-z_][\w.-]{0,200})\}"
)


def speaks_of(text: str) -> str:
    """Return the local runtime a file speaks of, the last resort for bare model names."""
    return "ollama" if "ollama" in text.lower() else ""


def read_tree(
    root: Node, collector: Collector, vocabulary: Vocabulary, *, usage: Usage | None = None,
    runtime: str = "", settled: frozenset[int] = frozenset(), router: RouterOf | None = None,
) -> None:  # fmt: skip
    """Record what every setting of a tree names.

    Args:
        router: returns the router that names of a maker's models are meant for, if any.
        settled: scalars that have been explained, by the identity of their nodes.
    """
    reader = _TreeReader(root, collector, vocabulary, usage, runtime, router)
    for setting in settings(root):
        if id(setting.node) not in settled:
            reader.setting(setting)
    for path, mapping, owner in mappings(root):
        listed = path[-1:] in (("models",), ("llms",), ("embeddings",))
        if not (owner is not None and listed and reader.catalogue(path, mapping, owner)):
            reader.mapping(path, mapping)


def _base_of(owner: Node) -> str:
    """Return the base URL that a mapping holds, however its key is spelled."""
    for key, value in owner.entries():
        if value.value and key.lower().replace("_", "").replace("-", "") in _BASE_KEYS:
            return value.value
    return ""


class _TreeReader:
    """Reads the scalars of one tree in the light of their neighbours."""

    def __init__(
        self, root: Node, collector: Collector, vocabulary: Vocabulary, usage: Usage | None,
        runtime: str, router: RouterOf | None,
    ) -> None:  # fmt: skip
        self.root = root
        self.collector = collector
        self.vocabulary = vocabulary
        self.usage = usage
        self.runtime = runtime
        self.router = router
        self.variables = Variables()

    def setting(self, setting: Setting) -> None:
        """Read one scalar."""
        text, key = setting.node.value or "", setting.key
        owner = setting.owners[-1] if setting.owners else None
        if key in _SHELL_KEYS and (" " in text.strip() or "\n" in text):
            read_shell(text, setting.node.text_line(), self.collector, self.vocabulary, self.usage)
            return
        if "://" in text and self._data(setting, text):
            return
        if not text or len(text) > 1000 or any(_NOT_LOADED.match(p) for p in setting.path[:-1]):
            return
        value = self.resolve(text, setting.path)
        if key in _IMAGE_KEYS and (":" in value.text or "." in value.text.partition("/")[0]):
            if is_image(value.text) and not value.text.startswith("r8.im/"):  # Cog's own output
                read_image(
                    value.text, setting.node.line, self.collector, self.vocabulary,
                    usage=self.usage, default=value.default,
                )  # fmt: skip
            return
        if setting.path[-2:-1] == ("images",) and _TAGGED.fullmatch(value.text):
            read_image(  # a table of images by the name they are chosen by
                value.text, setting.node.line, self.collector, self.vocabulary,
                usage=self.usage, default=value.default,
            )  # fmt: skip
            return
        if any(part.lower().endswith("image") for part in setting.path[-2:]):
            return  # the parts of an image's name
        if ";" in text and self._connection(setting, text):
            return
        if slug := platform_of_machine(key, value.text):
            written = f"{key}: {value.text}"
            where = self.collector.occurrence(setting.node.line, written, usage=self.usage)
            self.collector.platform(slug, where)
            return
        if key in _PIP_KEYS or setting.path[-2:] in _PIP_PATHS:
            read_requirement(
                text, setting.node.line, self.usage or "used", [PYPI], self.collector,
                self.vocabulary,
            )  # fmt: skip
            return
        name = self._key(setting)
        if key == "name" and owner is not None and (owner.text("id") or owner.text("model")):
            return  # the name that people see
        if key == "model_name" and owner is not None and owner.get("litellm_params"):
            return  # the alias that a router offers
        if MODE.match(value.text):
            where = self.collector.occurrence(setting.node.line, value.text, usage=self.usage)
            read_model(value.text, where, self.collector, self.vocabulary)
            return
        provider = self._provider(setting)
        if not provider and names_model(name):
            provider = provider_of_path(setting.path[:-1], value.text, self.vocabulary)
        if not provider and not names_model(name):
            provider = self._listed(setting, value.text)
            if provider:
                where = self.collector.occurrence(
                    setting.node.line, value.text, usage=self.usage, confidence="medium"
                )
                read_model(value.text, where, self.collector, self.vocabulary, provider=provider)
                return
        maker = self.vocabulary.routing.maker_model(value.text) if not names_model(key) else None
        if maker is not None:  # an entry of a catalogue
            if owner is not None and any(COSTS.search(k.encode()) for k, _ in owner.entries()):
                return  # what is known of models that somebody else may choose
            router = self.router(maker) if self.router and not provider else None
            provider = provider or (router or "").removeprefix("service:")
        if names_model(name) and owner is not None and not names_tokenizer(name):
            base = self._base(setting)
            host = host_of(self.resolve(base, setting.path).text) if base else None
            if host and self._elsewhere(host, value, setting, provider):
                return
        read_setting(
            name, value.text, setting.node.line, self.collector, self.vocabulary,
            usage=self.usage, default=value.default, provider=provider, runtime=self.runtime,
        )  # fmt: skip

    def _data(self, setting: Setting, url: str) -> bool:
        """Read the address of a file of data; return whether it is one."""
        if not _FETCHED.fullmatch(setting.key) or is_placeholder(url) or "$" in url:
            return False
        given = any(_OF_DATA.fullmatch(part) for part in setting.path)
        if not holds_data(url, given=given, said=prepares_data(self.collector.path)):
            return False
        where = self.collector.occurrence(setting.node.line, url, usage=self.usage)
        self.collector.dataset_at(url, where)
        return True

    def mapping(self, path: tuple[str, ...], mapping: Node) -> None:
        """Read what a mapping's keys name, and pairs written as ``name`` and ``value``."""
        name, value = mapping.text("name") or mapping.text("key"), mapping.get("value")
        if name and value is not None and value.value:
            found = self.resolve(value.value, path)
            read_setting(
                name, found.text, value.line, self.collector, self.vocabulary, usage=self.usage,
                default=found.default, runtime=self.runtime,
            )  # fmt: skip
        parent = path[-1] if path else ""
        if parent:
            self._product(parent, mapping)
        for key, _ in mapping.pairs or ():
            text = key.value or ""
            if "/" not in text or len(text) > 200:
                continue
            mixer = names_dataset(parent) or "mixer" in parent
            if mixer or self.vocabulary.looks_like_model(text):
                read_setting(
                    "dataset" if mixer else "", text, key.line, self.collector, self.vocabulary,
                    usage=self.usage,
                )  # fmt: skip

    def _product(self, section: str, mapping: Node) -> None:
        """Record the service that a section is named for and holds an address or key of.

        Where neither is filled in it is one of several to choose from.
        """
        name = _SIGNS.sub("", section).lower()
        service = self.vocabulary.named("section").get(name) or (
            self.vocabulary.named("section").get(_USED_FOR.sub("", name))
        )
        held = {key.lower(): value for key, value in mapping.entries()} if service else {}
        granted = [value for key, value in held.items() if key in _GRANTED]
        if service is None or not granted:
            return
        address = held["endpoint"].value if "endpoint" in held else None
        host = host_of(address) if address and "<" not in address else None
        if host and (is_local_host(host) or self.vocabulary.service_of_host(host)):
            return  # the address decides
        filled = any(
            v.value and "<" not in v.value and not is_placeholder(v.value) for v in granted
        )
        where = self.collector.occurrence(
            granted[0].line, section, confidence="low",
            usage=self.usage or (None if filled else "optional"),
        )  # fmt: skip
        self.collector.service(service, where)

    def catalogue(self, path: tuple[str, ...], mapping: Node, owner: Node) -> bool:
        """Read a table of models by name, in the section of the provider that offers them."""
        provider = self._section(path[:-1], owner)
        if not provider or any(v.value or v.items is not None for _, v in mapping.entries()):
            return False  # settings, not models
        for key, _ in mapping.pairs or ():
            if key.value:
                where = self.collector.occurrence(key.line, key.value, usage=self.usage)
                read_model(key.value, where, self.collector, self.vocabulary, provider=provider)

        return True

    def _section(self, path: tuple[str, ...], owner: Node) -> str:
        """Return the slug of the provider that a section is about, by its address or name."""
        base = _base_of(owner)
        host = host_of(base) if base else None
        service = self.vocabulary.service_of_host(host) if host else None
        if service is None:
            called = provider_called(path[-1], self.vocabulary) if path else ""
            local = host is not None and is_local_host(host)
            return called if not local or called.startswith("local:") else ""
        return service.removeprefix("service:")

    def _base(self, setting: Setting) -> str:
        """Return the base URL beside a model, or above it within its provider's section."""
        for distance, owner in enumerate(reversed(setting.owners[-5:])):
            if base := _base_of(owner):
                return base
            around = setting.path[: -1 - distance]
            if not around or provider_called(around[-1], self.vocabulary):
                break
            if not any(provider_called(part, self.vocabulary) for part in around[-4:]):
                break
        return ""

    def _connection(self, setting: Setting, text: str) -> bool:
        """Read a connection string; return whether it named a model behind an address."""
        parts = {key.lower(): value.strip() for key, value in _CONNECTION.findall(text)}
        host = host_of(parts.get("endpoint", ""))
        name = next((v for k, v in parts.items() if k != "endpoint"), "")
        if host is None or not name or is_placeholder(name):
            return False
        return self._elsewhere(host, Value(name), setting, "")

    def resolve(self, text: str, path: tuple[str, ...]) -> Value:
        """Return a value with defaults and references to the same file filled in."""
        if "$" not in text:
            return Value(text)
        default = False

        def one(match: re.Match[str]) -> str:
            nonlocal default
            if match.group("env"):
                default = default or match.group("default") is not None
                return (match.group("default") or match.group()).strip("'\" ")
            keys = match.group("path")
            start: tuple[str, ...] = ()
            if keys.startswith("."):
                up = len(keys) - len(keys.lstrip("."))
                start = path[: len(path) - up]
            found = self.root.text(*start, *keys.lstrip(".").split("."))
            return found or match.group()

        for _ in range(5):
            previous, text = text, _INTERPOLATION.sub(one, text)[:1000]
            if text == previous:
                break
        given = filled(text)
        value = self.variables.expand(given.text)
        return Value(value.text, value.default or given.default or default)

    def _key(self, setting: Setting) -> str:
        """Return the key that says what a value is: the last, or it with the one before."""
        key = setting.key
        if key in ("pull", "run", "preload") and setting.path[-2:-1] == ("models",):
            return "models"
        if key in _REPOSITORY_KEYS:
            data = any(names_dataset(part) or part == "data" for part in setting.path[:-1])
            return f"dataset.{key}" if data else f"model.{key}"
        if names_model(key) or names_dataset(key) or key.isupper() or len(setting.path) < 2:
            return key
        return f"{setting.path[-2]}.{key}"

    def _provider(self, setting: Setting) -> str:
        """Return the slug of the provider named beside or above a setting."""
        for owner in reversed(setting.owners[-3:]):
            for key in _PROVIDER_KEYS:
                written = owner.text(key)
                if not written:
                    continue
                called = named_provider if "provider" in key.lower() else provider_called
                if found := called(written, self.vocabulary):
                    return found
            if owner.text("format") == "OpenAI" and owner.text("name"):
                return "azure-openai"  # a deployment, as Azure describes it
        return ""

    def _listed(self, setting: Setting, text: str) -> str:
        """Return the provider whose name is the key over a name of a model, alone or in a list."""
        path = setting.path[:-1] if setting.key in _ENTRY_KEYS else setting.path
        vocabulary = self.vocabulary
        if not path or "/" in text or not _NAME.fullmatch(text) or not (
            vocabulary.api_owner(text) or vocabulary.looks_like_model(f"tag/{text}")
        ):  # fmt: skip
            return ""
        return provider_of_path(path[-1:], text, vocabulary)

    def _elsewhere(self, host: str, value: Value, setting: Setting, provider: str) -> bool:
        """Read a model whose base URL stands beside it; return whether that settled it."""
        if "$" in value.text or "{{" in value.text or is_placeholder(value.text):
            return False
        prefix, slash, name = value.text.partition("/")
        line = setting.node.line
        routed = bool(slash) and self.vocabulary.provider_prefix(prefix) is not None
        if is_local_host(host):
            if provider.startswith("local:") or prefix.startswith("ollama"):
                return False
            if not (routed and "litellm_params" in setting.path) and (
                self.vocabulary.looks_like_model(value.text)
            ):
                return False  # a hub repository that is served here
            self.collector.gap(value.text, "alias-of-local-model", line)
            return True
        service = self.vocabulary.service_of_host(host)
        if service is None or self.vocabulary.runs_own(service):
            return False
        where = self.collector.occurrence(line, value.text, usage=self.usage)
        self.collector.api_model(service, name if routed else value.text, where)
        return True
