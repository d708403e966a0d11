"""Networks that overlap are found without asking each."""

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from auditor.site.subnet_index import SubnetIndex

NETWORKS = st.builds(
    lambda bits, length: IPv4Network((bits << 20, length), strict=False), st.integers(0, 4095), st.integers(0, 32)
)


@given(st.lists(NETWORKS, max_size=12), NETWORKS)
def test_exactly_those_that_overlap_are_found(networks: list[IPv4Network], asked: IPv4Network) -> None:
    index = SubnetIndex()
    for number, network in enumerate(networks):
        index.add(network, number)
    assert index.overlapping(asked) == {n for n, network in enumerate(networks) if network.overlaps(asked)}
