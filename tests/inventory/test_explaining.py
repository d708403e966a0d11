"""What `auditor inventory show` prints is what loading gives, and each place is the line that says it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.inventory.explaining import DEFAULT, Stated, explain
from auditor.inventory.load import merge

ACCESS = ("platform", "username", "jump_host", "managed_by")
SITE = ("policy", "sdk_version")
# In which layer a key stands: bits for defaults, two groups, the template of the list, the shop, the device.
WHERE = st.integers(0, 63)
LAYERS = ("defaults", "first", "second", "listed", "shop", "device")


def value(key: str, layer: str) -> str:
    """Make a value that no other key and no other layer has."""
    number = LAYERS.index(layer)
    return f"{number}.7" if key == "sdk_version" else f"{key.replace('_', '-')}-of-{layer}"


def written(chosen: dict[str, int], layer: str, keys: tuple[str, ...]) -> list[str]:
    bit = 1 << LAYERS.index(layer)
    lines = [f"{key}: {value(key, layer)}" for key in keys if chosen[key] & bit]
    return [*lines, f"tags: [tag-{layer}]"] if chosen["tags"] & bit else lines


def inventory(chosen: dict[str, int]) -> str:
    both = (*ACCESS, *SITE)
    blocks = [("defaults:", "  ", written(chosen, "defaults", both)), ("groups:", "", [])]
    blocks += [(f"  {group}:", "    ", written(chosen, group, both)) for group in ("first", "second")]
    blocks += [("sites_from:", "  ", ["file: shops.csv"]), ("  site:", "    ", ["groups: [first, second]"])]
    blocks += [("", "    ", written(chosen, "listed", both)), ("sites:", "", [])]
    blocks += [("  s:", "    ", written(chosen, "shop", both)), ("    devices:", "", [])]
    blocks += [("      gw:", "        ", ["host: '{address}'", *written(chosen, "device", ACCESS)])]
    return "\n".join(
        line for head, indent, lines in blocks for line in (head, *(indent + each for each in lines)) if line
    )


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys((*ACCESS, *SITE, "tags"), WHERE)))
def test_each_value_is_that_of_the_site_and_stands_where_it_says(chosen: dict[str, int]) -> None:
    chosen["platform"] |= 1
    with TemporaryDirectory() as folder:
        path = Path(folder) / "inventory.yaml"
        path.write_text(inventory(chosen))
        (Path(folder) / "shops.csv").write_text("site;address\ns;192.0.2.77\n")
        found, merging = merge(path.read_bytes(), path)
        stated = {each.keys: each for each in explain(found.sites[0], merging)}
        files = {str(each): each.read_text().splitlines() for each in found.files}
    (site,), (device,) = found.sites, found.sites[0].devices
    for key in SITE:
        agrees(stated[(key,)], getattr(site, key), files)
    for key in ACCESS:
        each = stated.get(("devices", "gw", key))
        if each is not None or getattr(device, key) is not None:
            assert each is not None
            agrees(each, getattr(device, key), files)
    host = stated["devices", "gw", "host"]
    assert (host.value, host.where.endswith("shops.csv:2)")) == (device.host, True)
    for keys, tags in (((), site.tags), (("devices", "gw"), device.tags)):
        told = stated.get((*keys, "tags"))
        assert (told.value if told else ()) == tags
        places = told.where.split(", ") if told else []
        assert [
            files[file][int(line) - 1].split("[")[1][:-1] for file, _, line in (p.rpartition(":") for p in places)
        ] == [*tags]


def agrees(stated: Stated, loaded: str | None, files: dict[str, list[str]]) -> None:
    if stated.where == DEFAULT:
        # Every value of the file has the name of its layer, or a number that no default has.
        assert loaded is None or loaded == "stripe-terminal"
        return
    file, _, line = stated.where.rpartition(":")
    assert stated.value == loaded
    assert files[file][int(line) - 1].strip() == f"{stated.keys[-1]}: {loaded}"
