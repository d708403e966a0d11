"""Who answers a client's question for a name: every resolver on the way, and which of them drops the answer."""

from auditor.site.resolvers.asking import resolver_chain
from auditor.site.resolvers.chain import (
    Address,
    Chain,
    Lookup,
    Refusal,
    Refused,
    ResolverHop,
    ResolverKind,
)
from auditor.site.resolvers.following import owner
from auditor.site.resolvers.names import answers, asked_for, covers, local_answers

__all__ = [
    "Address",
    "Chain",
    "Lookup",
    "Refusal",
    "Refused",
    "ResolverHop",
    "ResolverKind",
    "answers",
    "asked_for",
    "covers",
    "local_answers",
    "owner",
    "resolver_chain",
]
