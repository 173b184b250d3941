"""An address on an interface of this machine, and whether it is fit to be published."""

from dataclasses import dataclass
from enum import IntFlag, StrEnum
import re

from ...address import Address, refusal

# Networks of containers and virtual machines, and tunnels. Not ppp: that may be the line
# to the provider. A bridge is Docker's, but for those of OpenWrt.
_VIRTUAL = re.compile(
    r"lo$|docker|hassio|veth|vnet|virbr|cni|cali|flannel|podman|lxc|lxd"
    r"|tun|tap|utun|wg|tailscale|zt|br-(?!lan|wan)"
)


class AddressFlag(IntFlag):
    """What the kernel says of an address (linux/if_addr.h); IPv4 has other meanings for some."""

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
    """An address on an interface; lifetimes are in seconds, None is for ever or not known."""

    address: Address
    prefix_length: int
    interface: str
    flags: AddressFlag = _NO_FLAGS
    preferred: int | None = None
    valid: int | None = None


class Unfit(StrEnum):
    """Why an address of this machine is not fit to be published."""

    DEPRECATED = "deprecated"
    DUPLICATE = "duplicate"
    NOT_PUBLIC = "not_public"
    TEMPORARY = "temporary"
    TENTATIVE = "tentative"
    TUNNEL = "tunnel"


def is_virtual(interface: str) -> bool:
    """Return whether an interface is a tunnel, or leads to containers, by its name."""
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
    # this bit of an IPv4 address says that it is not the interface's first
    if item.address.version == 6 and AddressFlag.TEMPORARY in flags:
        return Unfit.TEMPORARY
    if AddressFlag.DEPRECATED in flags or item.preferred == 0:
        return Unfit.DEPRECATED
    return Unfit.TUNNEL if is_virtual(item.interface) else None
