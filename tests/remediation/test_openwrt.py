"""Every intent on OpenWrt: the edit does what the intent says and no more, and the commands do what the edit does."""

import re
from datetime import timedelta
from typing import get_args

import pytest

from auditor.capture import Capture
from auditor.intents import GoWithoutAx, Intent, SetIdleTimeout, SetSessionTimeout
from auditor.model import moved
from auditor.pipeline import read
from auditor.platforms import ByHand, Edit, platform
from auditor.profiles import load_profile
from auditor.remediation.render import Snippet, render
from tests.remediation.samples import SAMPLES, Sample
from tests.remediation.uci_shell import Tree, differences, run, tree_of, words

OPENWRT = platform("openwrt")


def _id(sample: Sample) -> str:
    return f"{type(sample.intent).__name__}-{sample.id}"


def _edit(sample: Sample) -> Edit:
    capture = sample.capture
    edit = OPENWRT.edit(capture, read(capture), sample.intent)
    assert isinstance(edit, Edit), edit
    return edit


def _snippet(sample: Sample) -> Snippet:
    return render(OPENWRT, sample.intent, _edit(sample))


def _after(sample: Sample) -> Capture:
    return OPENWRT.apply(sample.capture, _edit(sample).operations)


def test_there_is_a_sample_of_every_intent() -> None:
    assert {type(sample.intent) for sample in SAMPLES} == set(get_args(Intent)) - {
        GoWithoutAx,
        SetIdleTimeout,
        SetSessionTimeout,
    }


@pytest.mark.parametrize("intent", [SetIdleTimeout, SetSessionTimeout])
def test_timers_that_openwrt_does_not_have(intent: type[SetIdleTimeout | SetSessionTimeout]) -> None:
    capture = SAMPLES[0].capture
    refused = OPENWRT.edit(capture, read(capture), intent("tills", timedelta(hours=24)))
    assert isinstance(refused, ByHand)
    assert refused.advice


def test_one_ssid_of_a_radio_cannot_go_without_ax() -> None:
    capture = SAMPLES[0].capture
    refused = OPENWRT.edit(capture, read(capture), GoWithoutAx("tills"))
    assert isinstance(refused, ByHand)
    assert "one SSID alone" in refused.why


@pytest.mark.parametrize("sample", SAMPLES, ids=_id)
class TestIntent:
    """What holds for each sample."""

    def test_moves_what_it_declares_and_nothing_else(self, sample: Sample) -> None:
        keys = moved(read(sample.capture), read(_after(sample)))
        footprint = sample.intent.footprint
        assert keys, "nothing moved"
        assert not [key for key in keys if not any(_is_part(key, of=part) for part in footprint)]

    def test_moves_nothing_the_second_time(self, sample: Sample) -> None:
        after = _after(sample)
        assert OPENWRT.apply(after, _edit(sample).operations).files == after.files

    def test_leads_back(self, sample: Sample) -> None:
        undone = OPENWRT.apply(_after(sample), _edit(sample).undo)
        assert differences(tree_of(undone), sample.capture) == []
        assert moved(read(sample.capture), read(undone)) == frozenset()

    def test_commands_do_what_the_edit_does(self, sample: Sample) -> None:
        done = run(sample.capture, words(_snippet(sample).apply, sample.capture))
        assert differences(done, _after(sample)) == []

    def test_commands_do_nothing_the_second_time(self, sample: Sample) -> None:
        lines = _snippet(sample).apply
        once = run(sample.capture, words(lines, sample.capture))
        twice = run(once, words(lines, _after(sample)))
        assert differences(twice, _after(sample)) == []

    def test_undo_commands_lead_back(self, sample: Sample) -> None:
        snippet = _snippet(sample)
        done = run(sample.capture, words(snippet.apply, sample.capture))
        assert differences(run(done, words(snippet.undo, sample.capture)), sample.capture) == []

    def test_expectations_hold_before_and_after(self, sample: Sample) -> None:
        snippet = _snippet(sample)
        assert snippet.reads
        assert snippet.checks
        before = tree_of(sample.capture)
        assert [_told(before, line, sample.capture) for line in snippet.reads] == list(map(_expected, snippet.reads))
        after = tree_of(_after(sample))
        assert [_told(after, line, sample.capture) for line in snippet.checks] == list(map(_expected, snippet.checks))

    def test_activates_services_that_the_profile_knows(self, sample: Sample) -> None:
        services = _edit(sample).services
        assert services
        assert set(services) <= load_profile("openwrt").effects.keys()


def _is_part(key: str, *, of: str) -> bool:
    """Say whether a key of the model is another one or lies below it."""
    return key == of or key.startswith((f"{of}.", f"{of}[")) or (of.endswith(".") and key.startswith(of))


def _expected(line: str) -> str:
    found = re.search(r"    # expect: (.*)$", line)
    assert found is not None, line
    return "" if found[1] == "nothing" else found[1]


def _told(tree: Tree, line: str, capture: Capture) -> str:
    """What `uci -q get` prints: the value, or all values of a list with a blank between them."""
    (command,) = words((line,), capture)
    assert command[:2] == ("-q", "get"), line
    package, name, *option = command[2].split(".")
    section = next((section for section in tree[package] if section.id == name), None)
    if section is None:
        return ""
    value = section.options.get(option[0], "") if option else section.type
    return value if isinstance(value, str) else " ".join(value)
