"""What a page's own style sheets hide and mirror.

What lives here: reading the simple selectors of `<style>` elements whose rules hide words or turn them round, as traps and
disguises do. What does not: CSS in general, linked style sheets.
"""

from __future__ import annotations

import re
from typing import Final

MAX_SCRIPT: Final = 400_000
_MAX_HIDING_RULES: Final = 200
HIDDEN_STYLE = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.IGNORECASE)
MIRROR_STYLE = re.compile(r"bidi-override", re.IGNORECASE)
RTL_STYLE = re.compile(r"direction\s{0,9}:\s{0,9}rtl", re.IGNORECASE)
_CSS_CLASS = re.compile(r"(?:^|,)\s{0,20}(?:[a-z]{1,10})?([.#][\w\-]{1,80})\s{0,20}(?=,|$)", re.IGNORECASE)


def style_rules(html: str) -> tuple[frozenset[str], frozenset[str]]:
    """Simple selectors (`.x`, `#x`, `span.x`) of the page's own style sheets that hide, and that mirror."""
    hiding: set[str] = set()
    mirroring: set[str] = set()
    at = html.find("<style")
    while at >= 0 and len(hiding) < _MAX_HIDING_RULES:
        end = html.find("</style", at)
        sheet = html[at : end if end > 0 else at + MAX_SCRIPT][:MAX_SCRIPT]
        sheet = sheet[sheet.find(">") + 1 :]
        if "none" in sheet or "hidden" in sheet or "bidi" in sheet:
            _read_sheet(sheet, hiding, mirroring)
        at = html.find("<style", end) if end > 0 else -1
    return frozenset(hiding), frozenset(mirroring)


def _read_sheet(sheet: str, hiding: set[str], mirroring: set[str]) -> None:
    media = sheet.find("@media")  # what is hidden for one screen only is not hidden
    for pattern, target in ((HIDDEN_STYLE, hiding), (MIRROR_STYLE, mirroring)):
        for count, match in enumerate(pattern.finditer(sheet, 0, media if media >= 0 else len(sheet))):
            if count >= _MAX_HIDING_RULES:
                break
            opening = sheet.rfind("{", max(0, match.start() - 600), match.start())
            closing = sheet.find("}", match.end(), match.end() + 600)
            if opening < 0 or sheet.find("}", opening, match.start()) >= 0:
                continue
            if target is mirroring and not RTL_STYLE.search(sheet, opening, closing if closing >= 0 else match.end()):
                continue
            selectors = re.split(r"[{}]", sheet[max(0, opening - 300) : opening])[-1]
            target.update(name.lower() for name in _CSS_CLASS.findall(selectors.strip()))
