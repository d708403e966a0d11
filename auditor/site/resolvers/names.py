"""Names and domains: who is asked for a name, and what a resolver answers itself."""

from auditor.model import Forwarder, LocalAnswer, Resolver, Unknown


def asked_for(resolver: Resolver, name: str) -> tuple[Forwarder, ...]:
    """The forwarders that are asked for a name: those of the longest matching domain, else those for everything.

    A domain that is kept inside has none; those that would be asked without that order are returned, since a
    question must pass them once the order is gone.
    """
    open_ = [f for f in resolver.forwarders if f.address is not None]
    matched = tuple(f for f in open_ if f.pattern is not None and f.pattern.covers(name))
    if matched:
        return matched
    open_ = [f for f in open_ if f.pattern is None]
    matching = [f for f in open_ if f.domain is not None and covers(f.domain, name)]
    if matching:
        longest = max(len(f.domain or "") for f in matching)
        return tuple(f for f in matching if len(f.domain or "") == longest)
    return tuple(f for f in open_ if f.domain is None)


def local_answers(resolver: Resolver, name: str) -> tuple[LocalAnswer | Forwarder, ...]:
    """What keeps a resolver from asking for a name: local answers and domains that are kept inside.

    A forwarder for a longer domain wins over both, and the foremost of the answers over all.
    """
    found: list[LocalAnswer | Forwarder] = [a for a in resolver.local_answers if answers(a, name)]
    found += [f for f in resolver.forwarders if f.address is None and f.domain is not None and covers(f.domain, name)]
    if not found:
        return ()
    foremost = tuple(answer for answer in found if _is_foremost(answer))
    if foremost:
        return _single_names_first(foremost)
    asked = asked_for(resolver, name)
    if any(f.pattern is not None for f in asked):
        return ()
    sent = max((len(f.domain or "") for f in asked), default=0)
    return tuple(answer for answer in found if len(answer.domain or "") >= sent)


def _single_names_first(
    found: tuple[LocalAnswer | Forwarder, ...],
) -> tuple[LocalAnswer | Forwarder, ...]:
    """An answer for the very name goes before those for whole domains; what is not certain stays in doubt."""
    exact = [a for a in found if isinstance(a, LocalAnswer) and a.exact and not isinstance(a.fact, Unknown)]
    return (*exact, *(a for a in found if isinstance(a.fact, Unknown))) if exact else found


def _is_foremost(answer: LocalAnswer | Forwarder) -> bool:
    return isinstance(answer, LocalAnswer) and answer.foremost


def answers(answer: LocalAnswer, name: str) -> bool:
    """Say whether a local answer is one for this name."""
    if answer.pattern is not None and not answer.pattern.covers(name):
        return False
    if answer.exact:
        meant = answer.domain.lower().rstrip(".") == name.lower().rstrip(".")
    else:
        meant = covers(answer.domain, name) and not any(covers(spared, name) for spared in answer.except_for)
    return meant and not any(pattern.covers(name) for pattern in answer.unless)


def covers(domain: str, name: str) -> bool:
    """Say whether a name is a domain or lies below it (RFC 1034, section 3.1); all lie below the root, `.`."""
    if domain == ".":
        return True
    domain, name = domain.lower().rstrip("."), name.lower().rstrip(".")
    return name == domain or name.endswith(f".{domain}")
