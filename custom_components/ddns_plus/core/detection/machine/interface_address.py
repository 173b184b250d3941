"""Addresses of interfaces, and their fitness for publishing."""

from dataclasses import dataclass
from enum import IntFlag, StrEnum
import re

from ...address import Address, refusal

# Networks of containers, virtual machines and tunnels. Not ppp, which may be the
# internet line. A bridge is Docker's, except on OpenWrt.
_VIRTUAL = re.compile(
    r"lo$|docker|hassio|veth|vnet|virbr|cni|cali|flannel|podman|lxc|lxd"
    r"|tun|tap|utun|wg|tailscale|zt|br-(?!lan|wan)"
)


class AddressFlag(IntFlag):
    """Address flags of the kernel (linux/if_addr.h); some differ for IPv4."""

    TEMPORARY = 0x01
    DADFAILED = 0x08
    DEPRECATED = 0x20
    TENTATIVE = 0x40
    PERMANENT = 0x80
    MANAGE_TEMPORARY = 0x100
    STABLE_PRIVACY = 0x800


_NO_FLAGS = AddressFlag(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceAddress:
    """An address of an interface; lifetimes in seconds, None if infinite or unknown."""

    address: Address
    prefix_length: int
    interface: str
    flags: AddressFlag = _NO_FLAGS
    preferred: int | None = None
    valid: int | None = None


class Unfit(StrEnum):
    """Why an address is not fit to be published."""

    DEPRECATED = "deprecated"
    DUPLICATE = "duplicate"
    NOT_PUBLIC = "not_public"
    TEMPORARY = "temporary"
    TENTATIVE = "tentative"
    TUNNEL = "tunnel"


def is_virtual(interface: str) -> bool:
    """Return True if an interface's name is that of a tunnel or container network."""
    return _VIRTUAL.match(interface) is not None


def why_unfit(item: InterfaceAddress) -> Unfit | None:
    """Return why an address is not fit to be published, None if it is.

    Source: RFC 4862 (tentative, deprecated), RFC 8981 (temporary).
    """
    flags = item.flags
    if refusal(item.address) is not None:
        return Unfit.NOT_PUBLIC
    if AddressFlag.DADFAILED in flags:
        return Unfit.DUPLICATE
    if AddressFlag.TENTATIVE in flags:
        return Unfit.TENTATIVE
    # for IPv4 this flag means: not the interface's first address
    if item.address.version == 6 and AddressFlag.TEMPORARY in flags:
        return Unfit.TEMPORARY
    if AddressFlag.DEPRECATED in flags or item.preferred == 0:
        return Unfit.DEPRECATED
    return Unfit.TUNNEL if is_virtual(item.interface) else None
