"""The reader and the editor of hostapd.conf and of its lists of addresses take any text and lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.syntax import hostapd_conf as conf
from auditor.syntax import hostapd_maclist as maclist

KEYS = ("interface", "bss", "ssid", "wpa", "ap_isolate", "ieee80211ax", " wpa", "#wpa", "")
LINES = st.one_of(
    st.builds(
        lambda key, value: f"{key}={value}", st.sampled_from(KEYS), st.sampled_from(("0", "1", "a=b", " x\r", ""))
    ),
    st.sampled_from(("", "#", "\r", "wpa", "02:00:00:00:00:01", "-02:00:00:00:00:01", "02:00:00:00:00:02 7")),
    st.text(max_size=12),
)
TEXTS = st.lists(LINES, max_size=12).map("\n".join)


@given(TEXTS)
def test_no_line_is_lost(text: str) -> None:
    count = len(text.split("\n")) - text.endswith("\n") - (text == "")
    document = conf.parse(text)
    lines = sorted([s.line for s in document.settings] + [*document.ignored, *document.unreadable])
    assert lines == list(range(1, count + 1))
    shown = text.split("\n")
    assert all(shown[s.line - 1] == f"{s.key}={s.value}" for s in document.settings)


@given(TEXTS, st.sampled_from(("ap_isolate", "ieee80211ax", "wpa")), st.sampled_from(("0", "12", "a b")))
def test_a_setting_is_put_and_taken_back(text: str, key: str, value: str) -> None:
    names = [section.name for section in conf.parse(text).sections]
    places = [("radio", key), *(("bss", name, key) for name in dict.fromkeys(names))]
    for place in places:
        old = conf.get(text, place)
        put = conf.put(text, place, value)
        assert conf.get(put, place) == value
        assert conf.put(put, place, value) == put
        assert len(set(put.split("\n")) - set(text.split("\n"))) <= 1
        back = conf.put(put, place, old)
        assert conf.get(back, place) == old
        assert old is not None or back == text
        if old is not None:
            assert conf.put(text, place, old) == text


@pytest.mark.parametrize(
    ("before", "place", "after"),
    [
        ("interface=w\nwpa=2\n# end\n", ("bss", "w", "ieee80211w"), "interface=w\nwpa=2\nieee80211w=1\n# end\n"),
        ("interface=w\nbss=v\n", ("bss", "w", "wpa"), "interface=w\nwpa=1\nbss=v\n"),
        ("interface=w\nbss=v\n", ("bss", "v", "wpa"), "interface=w\nbss=v\nwpa=1\n"),
        ("interface=w\nbss=v\nwpa=2\nwpa=3", ("bss", "v", "wpa"), "interface=w\nbss=v\nwpa=2\nwpa=1"),
        ("interface=w\nbss=v\nhw_mode=a", ("radio", "hw_mode"), "interface=w\nbss=v\nhw_mode=1"),
        ("interface=w\r\nwpa=2\r\n", ("bss", "w\r", "ieee80211w"), "interface=w\r\nwpa=2\r\nieee80211w=1\r\n"),
    ],
)
def test_where_a_line_goes(before: str, place: tuple[str, ...], after: str) -> None:
    assert conf.put(before, place, "1") == after


def test_edits_of_one_file_do_not_disturb_each_other() -> None:
    text = "interface=w\nssid=a\nbss=v\nssid=b\n"
    places = [("bss", "w", "wpa"), ("bss", "v", "wpa"), ("radio", "hw_mode")]
    one, other = text, text
    for place in places:
        one = conf.put(one, place, "g")
    for place in reversed(places):
        other = conf.put(other, place, "g")
    assert [conf.get(one, place) for place in places] == [conf.get(other, place) for place in places] == ["g"] * 3


@pytest.mark.parametrize("value", ["1\nwpa=0", "1\r", "\0"])
def test_a_value_never_becomes_another_line(value: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        conf.put("interface=w\n", ("radio", "hw_mode"), value)


@pytest.mark.parametrize("place", [("bss", "w9", "wpa"), ("line", "3"), ()])
def test_a_place_that_does_not_exist_is_refused(place: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="no"):
        conf.put("interface=w\n", place, "1")


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("2 # x", 2), ("banana", 0), ("", 0), (" -1", -1), ("+3x", 3), ("9" * 40, 0x7FFFFFFF)],
)
def test_atoi(text: str, number: int) -> None:
    assert conf.atoi(text) == number


@given(TEXTS, st.sampled_from(("02:00:00:00:00:01", "02:00:00:00:00:0a")))
def test_an_address_goes_on_a_list_and_off_it(text: str, mac: str) -> None:
    place = ("mac", mac)
    old = maclist.get(text, place)
    on = maclist.put(text, place, mac)
    assert maclist.get(on, place) == mac
    off = maclist.put(on, place, None)
    assert maclist.get(off, place) is None
    if old is None and not any(entry.mac == mac for entry in maclist.parse(text).entries):
        assert off == text
    others = set(maclist.parse(text).macs) - {mac}
    assert set(maclist.parse(on).macs) - {mac} == others == set(maclist.parse(off).macs) - {mac}


def test_a_long_line_is_refused_and_takes_no_time() -> None:
    text = "wpa=" + "2" * 5000 + "\n" + "x=1\n" * 20000
    document = conf.parse(text)
    assert document.unreadable == (1,)
    assert len(document.sections[0].settings) == 20000
