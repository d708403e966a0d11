"""Says things in the words of the trade and of the vendor: `lease_time (OpenWrt: leasetime)`.

Rules stay neutral; the vendor's own word is added here, from the profile of the device that a text is about.
"""

import re

from auditor.profiles import Profile

_QUOTED = re.compile(r"('[^']*')")


def vendor(profile: Profile) -> str:
    """Return the short name of a platform: its title up to the first bracket."""
    return profile.title.partition(" (")[0]


def with_vendor_words(text: str, profile: Profile) -> str:
    """Add the vendor's word behind the first mention of each neutral term.

    What stands in single quotes is a name from the device and is left alone; a term that the vendor calls the
    same needs no word.
    """
    pieces = _QUOTED.split(text)
    for term, word in profile.words.items():
        if term.lower() == word.lower():
            continue
        mention = re.compile(rf"(?<![\w.]){re.escape(term)}(?![\w(]| \()", re.IGNORECASE)
        for number in range(0, len(pieces), 2):
            pieces[number], found = mention.subn(
                lambda match, word=word: f"{match[0]} ({vendor(profile)}: {word})", pieces[number], count=1
            )
            if found:
                break
    return "".join(pieces)
