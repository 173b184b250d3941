"""Answer to an update that was asked for: a response, or an error."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from ..core.address import Family
from ..core.engine.decide import Decision, Publish, Reason, Skip, Stop, Wait
from ..core.errors import DdnsError
from ..core.outcome import Outcome
from ..core.provider_info import Result
from .failures import cause_texts, explained
from .hostname import ManagedHostname

# translation keys of why a requested update was not made
_NO_ADDRESS = ("not_publishable", "address_unknown")
_GRAVEST_FIRST = ("update_stopped", "update_failed", "update_waiting", *_NO_ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Result of a requested update for one record."""

    managed: ManagedHostname
    family: Family
    decision: Decision
    result: Result | None = None

    def as_response(self, hass: HomeAssistant) -> dict[str, JsonValueType]:
        """Return the response of an action."""
        return {
            "hostname": self.managed.hostname.fqdn,
            "family": self.family.value,
            **self._answer(hass),
        }

    def _answer(self, hass: HomeAssistant) -> dict[str, JsonValueType]:
        """Return what was done, or why nothing was done."""
        decision, result = self.decision, self.result
        if isinstance(result, DdnsError):
            return {
                "result": "failed",
                "failure": result.kind.value,
                "error": result.code,
                "detail": explained(hass, result),
            }
        if result is not None:
            sent = decision.address if isinstance(decision, Publish) else None
            return {
                "result": result.value,
                "address": None if sent is None else str(sent),
            }
        match decision:
            case Stop(failure=failure):
                return {
                    "result": "stopped",
                    "failure": failure.kind.value,
                    "error": failure.code,
                    "detail": explained(hass, failure),
                }
            case Wait(reason=reason, until=until):
                return {
                    "result": "waiting",
                    "reason": reason.value,
                    "until": until.isoformat(),
                }
        return {"result": "skipped", "reason": decision.reason.value}


def raise_for_published(hass: HomeAssistant, results: Sequence[Published]) -> None:
    """Raise HomeAssistantError for the gravest reason why an update was not made."""
    reached = {
        published.managed.subentry_id
        for published in results
        if isinstance(published.result, Outcome)
    }
    troubles = [
        (key, texts)
        for published in results
        for key, texts in _troubles(hass, published)
        # a line without IPv6 is no error if IPv4 was published
        if key not in _NO_ADDRESS or published.managed.subentry_id not in reached
    ]
    if troubles:
        key, texts = min(troubles, key=lambda item: _GRAVEST_FIRST.index(item[0]))
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=texts,
        )


def _troubles(
    hass: HomeAssistant, published: Published
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield why an update was not made: translation key and placeholders."""
    texts = {"hostname": published.managed.hostname.unicode}
    match published.decision, published.result:
        case _, DdnsError() as error:
            # the exception is not chained: it may carry secrets
            yield "update_failed", {**texts, **cause_texts(hass, error)}
        case Stop(failure=failure), _:
            yield "update_stopped", {**texts, **cause_texts(hass, failure)}
        case Wait(until=until), _:
            local = dt_util.as_local(until)
            yield "update_waiting", {**texts, "until": f"{local:%Y-%m-%d %H:%M:%S}"}
        case Skip(reason=Reason.ADDRESS_UNKNOWN), _:
            yield "address_unknown", texts
        case Skip(reason=Reason.NOT_PUBLISHABLE), _:
            yield "not_publishable", texts
