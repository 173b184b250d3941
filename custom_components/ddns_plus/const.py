"""Keys and defaults that Home Assistant's side of DDNS Plus shares."""

from enum import StrEnum
import logging
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "ddns_plus"
LOGGER = logging.getLogger(__package__)
PROJECT_URL: Final = "https://github.com/ddns-plus/ddns_plus"

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
)

SUBENTRY_TYPE_HOSTNAME: Final = "hostname"

CONF_ACCEPT_CARRIER_GRADE_NAT: Final = "accept_carrier_grade_nat"
CONF_ACCEPT_TRANSLATED: Final = "accept_translated"
CONF_ADVANCED: Final = "advanced"
CONF_ALLOWED_NETWORKS: Final = "allowed_networks"
CONF_ALLOW_DUPLICATE: Final = "allow_duplicate"
CONF_ALLOW_ONE_FAMILY: Final = "allow_one_family"
CONF_BUILT_IN_SOURCES: Final = "built_in"
CONF_CHECKING: Final = "checking"
CONF_CONNECTION: Final = "connection"
CONF_CUSTOM_SOURCES: Final = "custom"
CONF_ENTITIES: Final = "entities"
CONF_FIXED: Final = "fixed"
CONF_HOSTNAME: Final = "hostname"
CONF_HOSTNAMES: Final = "hostnames"
CONF_INTERFACE: Final = "interface"
CONF_INTERVAL: Final = "interval"
CONF_IPV6_OF_ROUTER: Final = "ipv6_of_router"
CONF_IPV6_PREFIX_LENGTH: Final = "ipv6_prefix_length"
CONF_IPV6_SUFFIX: Final = "ipv6_suffix"
CONF_KIND: Final = "kind"
CONF_NETWORK: Final = "network"
CONF_PROVIDER: Final = "provider"
CONF_PUSH: Final = "push"
CONF_ROUTER: Final = "router"
CONF_ROUTER_DIFFERENCE: Final = "router_difference"
CONF_SETTINGS: Final = "settings"
CONF_SOURCES: Final = "sources"
CONF_TRUST_SINGLE_SOURCE: Final = "trust_single_source"
CONF_WITHDRAW: Final = "withdraw"
CONF_ZONE: Final = "zone"

ATTR_FAMILY: Final = "family"
ATTR_HOSTNAME: Final = "hostname"
ATTR_HOSTNAMES: Final = "hostnames"
ATTR_NEW_ADDRESS: Final = "new_address"
ATTR_OLD_ADDRESS: Final = "old_address"
ATTR_OVERRIDE_STOP: Final = "override_stop"
ATTR_SOURCE: Final = "source"
ATTR_SUBENTRY_ID: Final = "subentry_id"
ATTR_UNKNOWN: Final = "unknown"

EVENT_IP_CHANGED: Final = f"{DOMAIN}_ip_changed"
EVENT_UPDATE: Final = f"{DOMAIN}_update"

BOTH_FAMILIES: Final = "both"
WATCH_ONLY: Final = "watch_only"
ALL_PROVIDERS: Final = "all_providers"


class EntryKind(StrEnum):
    """What a config entry stands for."""

    ACCOUNT = "account"
    CONNECTION = "connection"


class AddressEvent(StrEnum):
    """What can happen to the address of an internet connection."""

    IPV4_CHANGED = "ipv4_changed"
    IPV6_CHANGED = "ipv6_changed"
    LOST = "lost"
    RECOVERED = "recovered"


class UpdateEvent(StrEnum):
    """What can happen to a hostname."""

    FAILED = "failed"
    RECOVERED = "recovered"
    STOPPED = "stopped"
    UPDATED = "updated"
