"""Learning the public address: many are asked, two independent operators are believed."""

from .announcements import AnnouncementListener
from .answers import Format
from .ask import ask_source
from .base import (
    HOST,
    ROUTER,
    AddressSource,
    FailureReason,
    SourceError,
    SourceFailure,
    Transport,
    check_answer,
)
from .create import Tools, create_sources
from .custom import CustomService, check_custom_source, custom_source
from .detect import Manners, Round, run_round
from .fixed import FixedSource
from .gateway import default_gateway
from .hints import HintBudget
from .host_address import HostAddresses, choose_ipv4
from .http import HttpOptions, HttpSource
from .interfaces import read_addresses
from .knowledge import Knowledge, Policy
from .natpmp import NatPmpSource
from .netlink import AddressMonitor
from .operator_back_off import OperatorBackOff
from .origin import ANYWHERE, Origin
from .quorum import Question, Verdict, Vote
from .reputation import Reputation
from .situation import NatSituation
from .sources import SOURCES, Source, default_sources, sources_of_providers
from .upnp import UpnpGateway
from .upnp_events import EventSubscription
from .upnp_search import find_gateway_device
from .ways import DnsServer, Local, StunServer, Way, WebService

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
