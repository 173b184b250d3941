"""Learning the public address: many are asked, two independent operators are believed."""

from ..observation import ROUTER
from .ask_one import ask_source
from .asking import Manners, run_round
from .catalog import SOURCES, Source, default_sources, sources_of_providers
from .create import Tools, create_sources
from .echo.custom import CustomService, check_custom_source, custom_source
from .echo.http import HttpOptions, HttpSource
from .fixed import FixedSource
from .hint_budget import HintBudget
from .judge.knowledge import Knowledge, Policy
from .judge.nat import NatSituation
from .judge.operator_back_off import OperatorBackOff
from .judge.quorum import Question, Verdict, Vote
from .judge.reputation import Reputation
from .judge.round import Round
from .machine.host_address import HostAddresses, choose_ipv4
from .machine.interfaces import read_addresses
from .machine.netlink import AddressMonitor
from .origin import ANYWHERE, Origin
from .router.announcements import AnnouncementListener
from .router.gateway import default_gateway
from .router.natpmp import NatPmpSource
from .router.upnp import UpnpGateway
from .router.upnp_events import EventSubscription
from .router.upnp_search import find_gateway_device
from .source import (
    HOST,
    AddressSource,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)
from .ways import DnsServer, Format, Local, StunServer, Way, WebService

__all__ = [
    "ANYWHERE",
    "HOST",
    "ROUTER",
    "SOURCES",
    "AddressMonitor",
    "AddressSource",
    "AnnouncementListener",
    "CustomService",
    "DnsServer",
    "EventSubscription",
    "FailureReason",
    "FixedSource",
    "Format",
    "HintBudget",
    "HostAddresses",
    "HttpOptions",
    "HttpSource",
    "Knowledge",
    "Local",
    "Manners",
    "NatPmpSource",
    "NatSituation",
    "OperatorBackOff",
    "Origin",
    "Policy",
    "Question",
    "Reputation",
    "Round",
    "Source",
    "SourceError",
    "SourceFailure",
    "StunServer",
    "Tools",
    "Transport",
    "UpnpGateway",
    "Verdict",
    "Vote",
    "Way",
    "WebService",
    "ask_source",
    "check_answer",
    "check_custom_source",
    "choose_ipv4",
    "create_sources",
    "custom_source",
    "default_gateway",
    "default_sources",
    "find_gateway_device",
    "read_addresses",
    "run_round",
    "sources_of_providers",
]
