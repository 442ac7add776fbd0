"""Sections of settings that are named after a provider: ``spring.ai.openai.chat.options.model``.

Frameworks of every language write the provider into the path of a setting. Where the
section gives a base URL, that decides instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from provenance.extract.records import service_called
from provenance.model import ComponentId
from provenance.patterns import lazy
from provenance.vocabulary import Vocabulary

_CALLED = {
    "google": "gemini", "google-ai": "gemini", "google-genai": "gemini",
    "google-ai-gemini": "gemini", "aws": "bedrock", "vertex": "vertex_ai",
    "vertex-ai": "vertex_ai", "vertexai": "vertex_ai", "vertex.ai": "vertex_ai",
    "vertex-ai-gemini": "vertex_ai", "vertexai-gemini": "vertex_ai", "vertexai.gemini": "vertex_ai",
    "ai.gemini": "gemini", "vertex.ai.gemini": "vertex_ai", "together": "together_ai",
    "mistralai": "mistral", "mistral-ai": "mistral", "fireworks": "fireworks_ai",
    "zhipuai": "zai", "azure-open-ai": "azure", "azure.openai": "azure", "azure.open-ai": "azure",
    "togetherai": "together_ai", "moonshotai": "moonshot", "ali": "dashscope",
    "bailian": "dashscope", "alibailian": "dashscope", "aliyun-bailian": "dashscope",
}  # fmt: skip
"""Names that sections have for providers beside the routers' own; a dot joins two levels."""
_RUNTIMES = {"ollama": "local:ollama", "localai": "local:localai", "local-ai": "local:localai"}
_VAGUE = frozenset(
    "google aws azure github vertex huggingface modelscope replicate fal alibaba aliyun baidu "
    "bytedance tencent ali cloudflare".split()
)
"""Names of sections that are about much else: there a name must be of a known family."""
_OF_MODELS = lazy(
    r"_?(?:models|llms|model_?(?:names|ids|list|map|options|choices|catalog(?:ue)?))"
    r"(?:_?(?:list|map|options|choices))?$",
    re.IGNORECASE,
)
_CAMEL = lazy(r"(?<=[a-z0-9])(?=[A-Z])")
_COMMON = frozenset(
    "default available all my the builtin our hosted api llm chat text vision image embedding "
    "embeddings completion language free popular latest".split()
)
"""Words in the name of a list of models that say nothing of whose they are."""
_MAX_WORDS = 4
_MAX_PARTS = 12
_MODEL_END = lazy(r"_?(?:MODEL(?:_?(?:NAME|ID))?|DEPLOYMENT(?:_NAME)?)$")
_PROVIDER_ENDS = ("_PROVIDER", "_MODEL_PROVIDER", "_MODELENGINE", "_MODEL_ENGINE", "_ENGINE")
_ADDRESS_ENDS = ("_BASE_URL", "_API_BASE", "_URL", "_SERVERURL", "_ENDPOINT", "_HOST", "_API_URL")


def provider_called(name: str, vocabulary: Vocabulary) -> str:
    """Return the slug of the provider, or the runtime, that a section's name means."""
    name = name.lower().replace("_", "-").removesuffix("-config").removesuffix("-api")
    if name in _RUNTIMES:
        return _RUNTIMES[name]
    if name in _CALLED:
        return (vocabulary.provider_prefix(_CALLED[name]) or "").removeprefix("service:")
    service = vocabulary.provider_prefix(name) or vocabulary.provider_prefix(name.replace("-", "_"))
    if service is None:
        plain = name.replace("-", "")
        service = vocabulary.provider_prefix(plain) or vocabulary.routing.providers.get(plain)
    if service is None and "-" in name:  # a single word may be anything
        service = vocabulary.model_service(name) or (
            # What LangChain's packages are called by: ``nvidia-ai-endpoints``.
            vocabulary.default_services.get(f"pkg:pypi/langchain-{name}")
        )
    return (service or "").removeprefix("service:")


def provider_of_path(path: Sequence[str], value: str, vocabulary: Vocabulary) -> str:
    """Return the provider that the sections around a model's name are about, or ``""``.

    Args:
        path: the names of the sections, the outermost first, without the key itself.
    """
    parts = [part.lower() for part in path[-_MAX_PARTS:]]
    for end in range(len(parts), 0, -1):
        for size in (3, 2, 1):
            name = ".".join(parts[max(0, end - size) : end])
            if size > 1 and name not in _CALLED:
                continue
            found = provider_called(name, vocabulary)
            if found:
                return found if _may_be(found, name, value, vocabulary) else ""
    return ""


def provider_of_variable(name: str, value: str, vocabulary: Vocabulary) -> str:
    """Return the provider that a variable such as ``WATSONX_CHAT_MODEL`` begins with, or ``""``.

    It is one whose key is kept under the same words (``WATSONX_API_KEY``), of which two are
    tried before one (``AZURE_OPENAI_…``).
    """
    words = name.split("_")
    for size in (2, 1):
        if len(words) <= size:
            continue
        stem = "_".join(words[:size])
        for end in ("API_KEY", "KEY", "TOKEN"):
            service = vocabulary.variables.get(f"{stem}_{end}", "")
            slug = service.partition(":")[2]
            if f"{slug}-".startswith(f"{stem.lower().replace('_', '-')}-") and (
                vocabulary.model_service(slug)
            ):
                own = service not in vocabulary.family_owners or vocabulary.api_owner(value)
                return slug if own and stem.lower() not in _RUNTIMES else ""
    return ""


@lru_cache(maxsize=4096)
def words_of_models(name: str) -> tuple[str, ...]:
    """Return the words of a variable's name that stand before ``models``, without common ones.

    ``DEFAULT_GROQ_CHAT_MODELS`` and ``groqModels`` are about Groq's; a name that does not end
    so has none.
    """
    match = _OF_MODELS.search(name)
    if match is None:
        return ()
    words = _CAMEL.sub("_", name[: match.start()].lstrip("$")).lower().split("_")
    return tuple(word for word in words if word and word not in _COMMON)[:_MAX_WORDS]


def is_list_of_models(name: str) -> bool:
    """Tell whether a variable is called a list of models and nothing more: ``ModelList``."""
    return _OF_MODELS.search(name) is not None and not words_of_models(name)


def is_vague(name: str) -> bool:
    """Tell whether a provider's name is also that of much else."""
    return name in _VAGUE


def provider_of_models(name: str, value: str, vocabulary: Vocabulary) -> str:
    """Return the provider that a variable such as ``groqModels`` says its models are of."""
    words = words_of_models(name)
    called = "-".join(words)
    found = provider_called(called, vocabulary) if called else ""
    return found if found and _may_be(found, called, value, vocabulary) else ""


def _may_be(provider: str, section: str, value: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a provider may be asked for a name, so far as names tell."""
    if provider.startswith("local:"):
        return vocabulary.api_owner(value) is None or section in _RUNTIMES
    service: ComponentId = f"service:{provider}"
    owner = vocabulary.api_owner(value)
    if section in _VAGUE:
        return owner is not None
    if service not in vocabulary.family_owners or owner is not None:
        return True
    # Open weights under a maker of closed ones: a server that speaks its protocol.
    return not vocabulary.looks_like_model(value if "/" in value else f"tag/{value}")


def provider_beside(
    key: str, variables: Mapping[str, str], value: str, vocabulary: Vocabulary
) -> str:
    """Return the provider that a variable beside a model's names: ``X_PROVIDER`` of ``X_MODEL``.

    Args:
        variables: what the same file or container sets, by name.
        value: the model's name.
    """
    match = _MODEL_END.search(key)
    if match is None or not key.isupper():
        return ""
    start = key[: match.start()]
    if any(variables.get(start + end) for end in _ADDRESS_ENDS):
        return ""  # an address beside it decides
    for end in _PROVIDER_ENDS:
        written = variables.get(start + end if start else end.lstrip("_"), "")
        found = named_provider(written, vocabulary) if written and "$" not in written else ""
        if found:
            return found if _may_be(found, written.lower(), value, vocabulary) else ""
    return ""


def router_beside(variables: Iterable[str], value: str, vocabulary: Vocabulary) -> str:
    """Return the router that ``maker/model`` is meant for, by the variables set beside it.

    ``OPENROUTER_API_KEY`` and ``MODEL=anthropic/claude-sonnet-4.5``, where no key of the maker's
    own is set.
    """
    routing = vocabulary.routing
    maker = vocabulary.routed(value.partition(",")[0].strip()) if "/" in value else None
    if maker is None or maker not in routing.makers.values():
        return ""
    asked = {vocabulary.variables.get(variable) for variable in variables}
    routers = {service for service in asked if service and routing.is_router(service)}
    if len(routers) != 1 or maker in asked:
        return ""
    return routers.pop().partition(":")[2]


def named_provider(written: str, vocabulary: Vocabulary) -> str:
    """Return the slug of a provider that a setting names (``langgenius/groq/groq``: groq)."""
    name = written.strip().lower().rpartition("/")[2]
    if not name:
        return ""
    found = provider_called(name, vocabulary)
    if found:
        return found
    return (service_called(name, vocabulary) or "").removeprefix("service:")
