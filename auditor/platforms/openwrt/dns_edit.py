"""Intents about names as edits of `/etc/config/dhcp`, and of what redirects questions."""

from collections.abc import Mapping
from dataclasses import replace

from auditor import intents
from auditor.model import Device
from auditor.platforms.base import Edit
from auditor.platforms.openwrt.changes import Builder, Texts, add_value, delete_option, remove_value, switch_off
from auditor.platforms.openwrt.config import stable_key
from auditor.services.base import NotPossible


def _rebind_exemption(texts: Texts, device: Device, intent: intents.ExemptFromRebindProtection) -> Edit:
    package = _resolver_package(texts, intent.resolver)
    if package != "dhcp":
        raise NotPossible(
            "this resolver's exemptions are not an option of its UCI package",
            f"add private-domain: {intent.domain} to its extended configuration",
        )
    return add_value(texts, "dhcp", intent.resolver, "rebind_domain", intent.domain)


def _forward(texts: Texts, device: Device, intent: intents.ForwardDomain) -> Edit:
    """`list server '/domain/address'` for each server; dnsmasq asks all that are given for one domain.

    Source: dnsmasq(8), `--server`.
    """
    advice = f"let it ask {', '.join(map(str, intent.servers))} for {intent.domain}, in its own configuration"
    if _resolver_package(texts, intent.resolver) != "dhcp":
        raise NotPossible("whom this resolver asks for one domain is not an option of its UCI package", advice)
    wanted = tuple(f"/{intent.domain}/{server}" for server in intent.servers)
    for value in texts.values("dhcp", intent.resolver, "server"):
        if value not in wanted and intent.domain.lower() in value.lower().split("/")[1:-1]:
            raise NotPossible(f"another line says whom to ask for {intent.domain}", "take that line out, audit again")
    edit = add_value(texts, "dhcp", intent.resolver, "server", *wanted)
    return replace(edit, context={**edit.context, "option": "server"})


def _resolver_package(texts: Texts, id: str) -> str:
    return "dhcp" if any(section.id == id for section in texts.sections("dhcp", "dnsmasq")) else ""


def _ipv4_answers(texts: Texts, device: Device, intent: intents.GiveOutIpv4Answers) -> Edit:
    texts.section("dhcp", intent.resolver)
    if texts.value("dhcp", intent.resolver, "filter_a") is None:
        raise NotPossible("filter-A is set by a raw line", "remove it from /etc/dnsmasq.conf")
    return delete_option(texts, "dhcp", intent.resolver, "filter_a")


def _local_answer(texts: Texts, device: Device, intent: intents.RemoveLocalAnswer) -> Edit:
    for option in ("address", "server"):
        if intent.answer in texts.values("dhcp", intent.resolver, option):
            edit = remove_value(texts, "dhcp", intent.resolver, option, intent.answer)
            return replace(edit, context={**edit.context, "option": option})
    raise NotPossible(
        f"the line that answers {intent.domain} is no list value of its own",
        f"remove {intent.domain} from the resolver's local answers by hand",
    )


def _dns_redirect(texts: Texts, device: Device, intent: intents.StopDnsRedirect) -> Edit:
    if any(stable_key(section) == intent.redirect for section in texts.sections("firewall", "redirect")):
        return switch_off(texts, "firewall", intent.redirect, "enabled")
    if any(section.id == intent.redirect for section in texts.sections("https-dns-proxy", "main")):
        return switch_off(texts, "https-dns-proxy", intent.redirect, "force_dns")
    package = intent.redirect.partition(".")[0]
    raise NotPossible(f"package {package} redirects DNS itself", f"switch its redirection off in /etc/config/{package}")


BUILDERS: Mapping[type, Builder] = {
    intents.ExemptFromRebindProtection: _rebind_exemption,
    intents.ForwardDomain: _forward,
    intents.GiveOutIpv4Answers: _ipv4_answers,
    intents.RemoveLocalAnswer: _local_answer,
    intents.StopDnsRedirect: _dns_redirect,
}
