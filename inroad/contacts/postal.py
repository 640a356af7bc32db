"""Postal addresses as values: their parts in one line, the way their country writes them.

What lives here: putting parts together. What does not: finding addresses in text (`addresses`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_CITY_FIRST: Final = frozenset(
    ("US", "CA", "AU", "GB", "IE", "NZ", "IN", "USA", "UNITED STATES", "CANADA", "AUSTRALIA", "UNITED KINGDOM", "UK")
)
_STATES: Final = frozenset(
    """New South Wales|Victoria|Queensland|Western Australia|South Australia|Tasmania|Ontario|Quebec|Québec|
    British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New Brunswick|Alabama|Alaska|Arizona|Arkansas|
    California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|
    Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|
    New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|
    Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|
    Wyoming""".replace("\n    ", "").split("|")
)
# Dutch, and Swedish, Czech, Slovak and Greek postcodes have a space too, and stand before the city.
_STANDS_FIRST = re.compile(r"[1-9]\d{3} ?[A-Z]{2}|\d{3} \d{2}")


def one_line(parts: Mapping[str, str]) -> str:
    """An address on one line.

    Args:
        parts: Any of `extended`, `street`, `box`, `city`, `region`, `postcode`, `country`.

    Returns:
        "Street 1, 12345 City, Country", or "1 Street, City, ST 12345, Country" where the postcode stands behind the city.
    """
    postcode, city, region = parts.get("postcode", ""), parts.get("city", ""), parts.get("region", "")
    is_state = (len(region) <= 3 and region.isupper()) or region in _STATES if region else False
    if not _STANDS_FIRST.fullmatch(postcode) and (parts.get("country", "").upper() in _CITY_FIRST or is_state or " " in postcode):
        place = [city, f"{region} {postcode}".strip()]
    else:
        place = [f"{postcode} {city}".strip(), region if region != city else ""]
    pieces = [parts.get("street", ""), parts.get("extended", ""), parts.get("box", ""), *place, parts.get("country", "")]
    tidy = [" ".join(piece.split()).strip(" ,") for piece in pieces]
    return ", ".join(dict.fromkeys(piece for piece in tidy if piece))
