"""robots.txt as RFC 9309 has it: the group that names us, else everybody's; the longest rule decides."""

import re
from contextlib import suppress
from urllib.parse import quote, unquote_to_bytes

AGENT = "opentrace"
MAX_BYTES = 500 * 1024
MAX_DELAY_SECONDS = 60.0
_MAX_RULE = 2048


def allows(text: str, path: str) -> bool:
    """Whether we may fetch `path`, which includes the query, by this file's rules."""
    path = _plain(path)
    if path == "/robots.txt":
        return True
    best = (-1, True)
    for pattern, is_allowed in _rules(text):
        if _matches(_plain(pattern), path):
            best = max(best, (len(pattern), is_allowed))
    return best[1]


def delay(text: str) -> float:
    """The seconds that this file wants between two requests of ours: at most a minute, 0 if unsaid."""
    wanted = 0.0
    for key, value in _lines(text):
        with suppress(ValueError):
            wanted = max(wanted, float(value) if key == "crawl-delay" else 0.0)
    return min(wanted, MAX_DELAY_SECONDS)


def _rules(text: str) -> list[tuple[str, bool]]:
    found = _lines(text)
    return [(value, key == "allow") for key, value in found if key in ("allow", "disallow")]


def _lines(text: str) -> list[tuple[str, str]]:
    """What all groups for us say; where there is no such group, those of the groups for `*`."""
    groups: dict[str, list[tuple[str, str]]] = {}
    agents: list[str] = []
    is_naming = False
    for line in text.removeprefix("\ufeff").splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        key = key.lower()
        if key == "user-agent":
            agents = [*agents, _agent(value)] if is_naming else [_agent(value)]
            groups.setdefault(agents[-1], [])
            is_naming = True
        elif key in ("allow", "disallow", "crawl-delay"):
            is_naming = False
            if value and len(value) <= _MAX_RULE:
                for agent in agents:
                    groups[agent].append((key, value))
    return groups.get(AGENT, groups.get("*", []))


def _agent(value: str) -> str:
    """`Opentrace/1.0` is named by `opentrace`."""
    return value.partition("/")[0].strip().lower()


def _matches(pattern: str, path: str) -> bool:
    """`*` is any text and a last `$` the end; each piece is sought once, so no pattern is slow."""
    is_end = pattern.endswith("$")
    first, *rest = re.split(r"\*+", pattern.removesuffix("$"))
    if not path.startswith(first):
        return False
    if not rest:
        return not is_end or path == first
    place = len(first)
    for piece in rest[:-1]:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    if is_end:
        return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= place
    return path.find(rest[-1], place) >= 0


def _plain(path: str) -> str:
    """The same bytes are the same path, however they are escaped."""
    return quote(unquote_to_bytes(path), safe="/?=&*$:;,+@!~'()[]%")
