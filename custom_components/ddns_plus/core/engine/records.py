"""Records of an account: the address that each shall have, and the decision on each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network

from ..address import LAN_PREFIX_LENGTH, Address, Family, Network, compose, prefix_of
from ..observation import ROUTER, Line, Observation, RouterIPv6, Unknown
from ..provider_info import ProviderInfo
from .decide import Decision, DecisionInput, Force, Mode, decide
from .round import RecordKey, paired
from .state import AccountState

# this machine has no IPv6 address to publish; other machines may have one
_WITHOUT_OWN_ADDRESS = frozenset({Unknown.NO_CONNECTION, Unknown.TRANSLATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRule:
    """Families of a hostname that are published, and the machine of its IPv6 address.

    The address is of this machine, of the one with `ipv6_suffix` in a network of
    `ipv6_prefix_length`, or of the router. `connection_id` None: the first connection.
    """

    modes: Mapping[Family, Mode]
    ipv6_suffix: IPv6Address | None = None
    ipv6_prefix_length: int = LAN_PREFIX_LENGTH
    ipv6_of_router: bool = False
    connection_id: str | None = None

    def observe(
        self, observation: Observation, router: RouterIPv6, *, translated: bool = False
    ) -> Observation:
        """Return the address this hostname should have: own, prefix + suffix, router's.

        Without an own address the router's prefix is taken. An address outside of a
        known prefix is unknown, and one in a prefix of several networks where the
        suffix does not tell which. The router's address is unknown while the router
        does not tell it. `translated`: the address may be that of a translator.
        """
        if observation.family is not Family.IPV6 or observation.disabled:
            return observation
        if self.ipv6_of_router:
            return Observation(
                family=Family.IPV6,
                address=router.address,
                unknown=None if router.address else Unknown.NO_ROUTER_ADDRESS,
                source=ROUTER if router.address else None,
                checked_at=router.read_at,
            )
        if self.ipv6_suffix is None:
            return observation
        prefix = self._prefix(observation, router.prefix, translated=translated)
        if prefix is None:
            return observation
        if isinstance(prefix, Unknown):
            return Observation(
                family=Family.IPV6,
                unknown=prefix,
                checked_at=observation.checked_at,
            )
        return Observation(
            family=Family.IPV6,
            address=compose(prefix, self.ipv6_suffix),
            source=observation.source or ROUTER,
            # of the router's prefix: it is kept while the router does not answer
            checked_at=observation.checked_at
            if observation.address
            else router.read_at,
        )

    def _prefix(
        self,
        observation: Observation,
        delegated: IPv6Network | None,
        *,
        translated: bool,
    ) -> IPv6Network | Unknown | None:
        """Return the network of the machine with the suffix, or why it is not known.

        None: for the reason that this machine's address is not known.
        """
        length, seen = self.ipv6_prefix_length, observation.address
        own = seen if isinstance(seen, IPv6Address) else None
        if own is None and observation.unknown not in _WITHOUT_OWN_ADDRESS:
            return None
        if own and (delegated is None or not (translated or own in delegated)):
            # proven by what others see; the router may not know it yet
            return prefix_of(own, length)
        if delegated is None:
            return None
        if own and own in delegated:
            network = prefix_of(own, length)
        elif delegated.prefixlen < length:
            return Unknown.PREFIX_DIFFERS
        else:
            network = delegated.supernet(new_prefix=length)
        # another subnet may be another customer's
        if self.ipv6_suffix and compose(network, self.ipv6_suffix) in delegated:
            return network
        return Unknown.PREFIX_DIFFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The address that a record shall have, and what its connection says about it.

    `online` is None while that is not known, and where there is no connection.
    """

    mode: Mode
    observation: Observation
    allowed: tuple[Network, ...] = ()
    online: bool | None = None


type Targets = Mapping[RecordKey, Target]


def targets_of(
    rules: Mapping[str, AddressRule], lines: Mapping[str | None, Line]
) -> Targets:
    """Return the target of each record, from rules by hostname and lines by connection."""
    targets: dict[RecordKey, Target] = {}
    for key, rule in rules.items():
        line = lines.get(rule.connection_id)
        for family, mode in rule.modes.items():
            if line is None:
                unknown = Observation(family=family, unknown=Unknown.NOT_RUNNING)
                targets[key, family] = Target(mode=mode, observation=unknown)
                continue
            observation = rule.observe(
                line.observations[family], line.router, translated=line.translated
            )
            targets[key, family] = Target(
                mode=mode,
                observation=observation,
                allowed=line.allowed,
                online=line.online,
            )
    return targets


def addresses_in(targets: Targets) -> dict[RecordKey, Address]:
    """Return the known addresses of the records that are updated."""
    return {
        key: target.observation.address
        for key, target in targets.items()
        if target.mode is Mode.UPDATE and target.observation.address is not None
    }


def unknown_addresses(targets: Targets, key: str) -> dict[Family, Unknown]:
    """Return why the addresses of a hostname that are not known are not."""
    return {
        family: unknown
        for family in Family
        if (unknown := targets[key, family].observation.unknown) is not None
    }


def decisions_on(
    targets: Targets,
    info: ProviderInfo,
    state: AccountState,
    now: datetime,
    *,
    force: Mapping[str, Force],
    drifted: Collection[RecordKey],
) -> dict[RecordKey, Decision]:
    """Return the decision on each record; `force` is by hostname."""
    decisions = {
        (key, family): decide(
            DecisionInput(
                mode=target.mode if family in info.families else Mode.OFF,
                observation=target.observation,
                account=state,
                hostname=state.hostname(key),
                limits=info.limits,
                now=now,
                force=force.get(key, Force.NONE),
                drifted=(key, family) in drifted,
                allowed=target.allowed,
            )
        )
        for (key, family), target in targets.items()
    }
    if not info.pairs_families:
        return decisions
    return paired(decisions, addresses_in(targets), state)
