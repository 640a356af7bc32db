"""A person's edits of a CV: one value at a time, as a new document. Whether the result is true is `checking`'s matter."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from inroad.cvs.reading import check_size
from inroad.cvs.schema import iter_faults
from inroad.guard.errors import UserError

_STEP = re.compile(r"[A-Za-z_][\w-]{0,60}|\d{1,4}|\+")


class BadEdit(UserError):
    """An edit that cannot be made: the place does not exist, or the result is no resume."""

    reason = "bad-edit"


def set_value(resume: Mapping[str, Any], path: str, value: str) -> dict[str, Any]:
    """Set one value of a document.

    Args:
        resume: The document; it is not changed.
        path: "basics.label", "work.0.highlights.1", or as a JSON pointer "/work/0/highlights/1"; "+" adds to a list.
        value: The new text; an empty one removes what is there.

    Raises:
        BadEdit: There is no such place.
    """
    steps = [step for step in re.split(r"[./\[\]]+", path) if step]
    if not steps or len(steps) > 8 or not all(_STEP.fullmatch(step) for step in steps):
        raise BadEdit(f"{path!r:.80} is no place in a CV.", mend="Write it as in work.0.highlights.1 or basics.label.")
    document: dict[str, Any] = copy.deepcopy(dict(resume))
    target: Any = document
    for step in steps[:-1]:
        target = _enter(target, step, path)
    _put(target, steps[-1], value, path)
    return document


def check_document(resume: Mapping[str, Any]) -> None:
    """Refuse a document that is no JSON Resume.

    Raises:
        UserError: It is too large, or breaks the schema; names the place and the mend.
    """
    check_size(resume, "the CV")
    for place, fault, mend in iter_faults(resume):
        raise BadEdit(f"The CV: {place}: {fault}.", mend=mend)


def _enter(target: Any, step: str, path: str) -> Any:
    if isinstance(target, list) and step.isdigit() and int(step) < len(target):
        return target[int(step)]
    if isinstance(target, dict) and step in target:
        return target[step]
    raise BadEdit(f"The CV has no {path!r:.80}: {step!r} is not there.", mend="`inroad cv show ID --json` shows what is.")


def _put(target: Any, step: str, value: str, path: str) -> None:
    if isinstance(target, list) and step == "+" and value:
        target.append(value)
    elif isinstance(target, list) and step.isdigit() and int(step) < len(target):
        if value and not isinstance(target[int(step)], str):
            raise BadEdit(f"{path!r:.80} is no text.", mend="Name a text inside it.")
        target[int(step) : int(step) + 1] = [value] if value else []
    elif isinstance(target, dict) and step != "+" and not step.isdigit() and isinstance(target.get(step, ""), str):
        target.update({step: value}) if value else target.pop(step, None)
    else:
        raise BadEdit(f"{path!r:.80} is no text of the CV.", mend="Name a text, as in work.0.highlights.1 or basics.label.")
