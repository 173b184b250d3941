"""The fake Cloudflare keeps to the rules that the provider relies on."""

import pytest

from .fake_cloudflare_zone import Record, Refusal, Zone

OLD = "198.18.0.1"
NEW = "198.18.0.2"


@pytest.fixture
def zone() -> Zone:
    """Return a zone."""
    return Zone(name="example.org")


@pytest.fixture
def record(zone: Zone) -> Record:
    """Return a record with all that its owner can say of it."""
    return dict(
        zone.add("A", "a.example.org", OLD, ttl=300, comment="mine", tags=["a:b"])
    )


def test_patch_keeps(zone: Zone, record: Record) -> None:
    """What a patch does not name stays."""
    changed = zone.patch({"id": record["id"], "content": NEW})
    assert changed == record | {"content": NEW, "modified_on": changed["modified_on"]}


def test_put_resets(zone: Zone, record: Record) -> None:
    """What a put does not name becomes the default."""
    changed = zone.put(
        {"id": record["id"], "type": "A", "name": "a.example.org", "content": NEW}
    )
    assert (changed["id"], changed["content"]) == (record["id"], NEW)
    assert (changed["ttl"], changed["comment"], changed["tags"]) == (1, None, [])


def test_batch_deletes_first(zone: Zone, record: Record) -> None:
    """Deleting and adding the same record at once is possible."""
    again = {"type": "A", "name": "a.example.org", "content": OLD}
    zone.batch({"posts": [again], "deletes": [{"id": record["id"]}]})
    assert zone.contents("a.example.org") == [OLD]
    assert record["id"] not in zone.records


def test_batch_is_undone(zone: Zone, record: Record) -> None:
    """The first error of a batch undoes all of it, and is the batch's answer."""
    before = dict(zone.records)
    with pytest.raises(Refusal) as caught:
        zone.batch(
            {
                "deletes": [{"id": record["id"]}],
                "posts": [
                    {"type": "A", "name": "b.example.org", "content": OLD},
                    {"type": "A", "name": "c.example.org", "content": OLD, "ttl": 30},
                ],
            }
        )
    assert caught.value.error["error_chain"][0]["code"] == 9021
    assert zone.records == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "A", "name": "a", "content": OLD}, 81058),
        ({"type": "CNAME", "name": "a", "content": "x.example.net"}, 81053),
        ({"type": "AAAA", "name": "alias", "content": "2001:db8::1"}, 81054),
        ({"type": "A", "name": "below", "content": OLD}, 81056),
        ({"type": "A", "name": "b", "content": "2001:db8::1"}, 9005),
        ({"type": "AAAA", "name": "b", "content": OLD}, 9006),
        ({"type": "A", "name": "b", "content": OLD, "ttl": 59}, 9021),
        ({"type": "TXT", "name": "b", "content": "text", "proxied": True}, 9041),
        ({"type": "A", "name": "b", "content": OLD, "proxied": "yes"}, 9003),
    ],
)
def test_records_that_may_not_be(
    zone: Zone, record: Record, body: Record, code: int
) -> None:
    """What Cloudflare refuses is refused, with its code."""
    zone.add("CNAME", "alias.example.org", "elsewhere.example.net")
    zone.add("NS", "below.example.org", "ns.example.net")
    with pytest.raises(Refusal) as caught:
        zone.post(body)
    error = caught.value.error
    assert error.get("error_chain", [error])[-1]["code"] == code


def test_records_that_are_not_there(zone: Zone) -> None:
    """A record that is not there cannot be changed."""
    for act in (zone.patch, zone.put, zone.delete):
        with pytest.raises(Refusal) as caught:
            act({"id": "0" * 32, "content": NEW})
        assert caught.value.error["code"] == 81044
