"""What is known of a public address: one of three things, never two."""

from ipaddress import ip_address

import pytest

from custom_components.ddns_plus.core.address import Family
from custom_components.ddns_plus.core.observation import Observation, Unknown

ADDRESSES = {
    Family.IPV4: ip_address("81.2.69.142"),
    Family.IPV6: ip_address("2a02:8108::1"),
}


@pytest.mark.parametrize("family", Family)
def test_an_address_is_known(family: Family) -> None:
    """Of its own family."""
    observation = Observation(family=family, address=ADDRESSES[family])
    assert observation.known
    assert not observation.disabled


@pytest.mark.parametrize("unknown", Unknown)
def test_an_address_is_unknown_for_a_reason(unknown: Unknown) -> None:
    """Unknown is not the same as not looked for."""
    observation = Observation(family=Family.IPV4, unknown=unknown)
    assert not observation.known
    assert not observation.disabled


def test_an_address_that_nobody_looks_for_is_neither() -> None:
    """A family that is switched off."""
    observation = Observation(family=Family.IPV4)
    assert not observation.known
    assert observation.disabled


@pytest.mark.parametrize("family", Family)
def test_an_address_of_the_other_family_cannot_be_observed(family: Family) -> None:
    """Else an AAAA record could be published as an A record."""
    other = next(each for each in Family if each is not family)
    with pytest.raises(ValueError, match="of this family"):
        Observation(family=family, address=ADDRESSES[other])


def test_an_address_cannot_be_known_and_unknown() -> None:
    """Unknown is not empty, and not half known either."""
    address = ADDRESSES[Family.IPV4]
    with pytest.raises(ValueError, match="of this family"):
        Observation(family=Family.IPV4, address=address, unknown=Unknown.CONFLICT)
