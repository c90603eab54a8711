"""Who may do what: the one place that decides whether a sender may use a field of the API.

People may use everything; which rows they reach is a matter of membership (`services/rights`, `db/policies`).
A key may use what one of its capabilities opens, and never what is for people alone: keys, and the audit log.
"""

from dataclasses import dataclass

from backend.auth import KeyGrant, Viewer
from backend.errors import NotAllowed, QuotaExceeded
from db.models import Capability


@dataclass(frozen=True)
class Needs:
    """What a field asks of its sender: one of these capabilities; none of them means people alone."""

    any_of: frozenset[Capability]
    spends: bool = False
    """Models are paid for: a key whose budget is used up may not."""
    everywhere: bool = False
    """Not within a list of projects: a key that is bound to some may not."""


def opens(capabilities: frozenset[Capability], needs: Needs | None) -> bool:
    """Whether a key with these capabilities may know of a field; None is a field that asks for nothing."""
    return needs is None or not needs.any_of.isdisjoint(capabilities)


def check(viewer: Viewer, needs: Needs) -> None:
    """Let the viewer pass; raises NotAllowed, and QuotaExceeded (BUDGET_EXHAUSTED)."""
    key = viewer.key
    if key is None:
        return
    _check_capability(key, needs)
    if needs.everywhere and key.project_ids is not None:
        raise NotAllowed("This API key is bound to its projects, and this is not within one of them.")
    if needs.spends and key.is_exhausted:
        raise QuotaExceeded("This API key has spent its budget.", code="BUDGET_EXHAUSTED")


def _check_capability(key: KeyGrant, needs: Needs) -> None:
    if opens(key.capabilities, needs):
        return
    if not needs.any_of:
        raise NotAllowed("No API key may do this: sign in as yourself.")
    wanted = " or ".join(sorted(needs.any_of))
    raise NotAllowed(f"This API key may not do this; it needs the capability {wanted}.")
