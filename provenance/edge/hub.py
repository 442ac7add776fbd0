"""The only module that talks to the Hugging Face hub; through huggingface_hub, imported late."""

from __future__ import annotations

import time
from typing import Any

from provenance.edge.hub_client import HubClient
from provenance.edge.hub_environment import DEFAULT_ENDPOINT
from provenance.edge.hub_guard import Guard, Traffic, guarding
from provenance.edge.hub_lookup import RecordError
from provenance.edge.hub_records import (
    HubFailure,
    HubRecord,
    parse_id,
    record_from_info,
    with_name,
)

__all__ = ["Hub", "HubFailure", "HubRecord"]

_DATASET_FIELDS: list[Any] = ["cardData", "createdAt", "gated", "lastModified", "sha", "tags"]
_MODEL_FIELDS: list[Any] = [*_DATASET_FIELDS, "baseModels", "library_name", "pipeline_tag"]


class Hub(HubClient):
    """Looks up models and datasets on the Hugging Face hub, or on one that speaks like it."""

    @staticmethod
    def _public() -> str:
        return DEFAULT_ENDPOINT

    def _traffic(self, max_requests: int) -> Traffic:
        return Traffic(endpoint=self._endpoint, max_requests=max_requests)

    @staticmethod
    def _is_well_formed(identifier: str) -> bool:
        return parse_id(identifier) is not None

    @staticmethod
    def _with_name(identifier: str, name: str) -> str:
        return with_name(identifier, name)

    def _call(self, identifier: str, guard: Guard) -> HubRecord:
        """One guarded call of huggingface_hub, read; or whatever it raises."""
        from huggingface_hub import HfApi, get_session

        parsed = parse_id(identifier)
        assert parsed is not None  # noqa: S101 - only well-formed ids are asked for
        kind, name, revision = parsed
        token = self._token if self._token is not None else False  # None would send a stored one
        api = HfApi(endpoint=self._endpoint, token=token, library_name="provenance")
        timeout = max(0.001, min(self._timeout, guard.ends - time.monotonic()))
        info: Any
        with guarding(get_session(), guard):
            if kind == "dataset":
                info = api.dataset_info(name, timeout=timeout, expand=_DATASET_FIELDS)
            else:
                info = api.model_info(
                    name, revision=revision, timeout=timeout, expand=_MODEL_FIELDS
                )
        try:
            return record_from_info(
                info, identifier=identifier, endpoint=self._endpoint, retrieved=self._now()
            )
        except ValueError as error:
            raise RecordError(str(error)) from error
