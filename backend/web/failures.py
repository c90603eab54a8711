"""Why a page cannot be had: a code for programs, and a sentence that says what to do."""

from backend.errors import Invalid, TooLarge, Unavailable

FORBIDDEN = "WEB_PAGE_FORBIDDEN"
OUTSIDE = "WEB_PAGE_OUTSIDE"
MISSING = "WEB_PAGE_MISSING"
UNREACHABLE = "WEB_PAGE_UNREACHABLE"
CERTIFICATE = "WEB_PAGE_CERTIFICATE"
TOO_LARGE = "WEB_PAGE_TOO_LARGE"
TYPE = "WEB_PAGE_TYPE"
ROBOTS_DENIED = "ROBOTS_DENIED"

LASTING = (FORBIDDEN, TOO_LARGE, TYPE, ROBOTS_DENIED)
"""What trying again does not change."""


def forbidden(what: str, *, field: str | None = None) -> Invalid:
    return Invalid(
        f"{what} Give the address of a page that is open to the public.", code=FORBIDDEN, field=field
    )


def untrusted(host: str) -> Unavailable:
    return Unavailable(
        f"{host} shows a certificate that is not trusted: it may be out of date, made by itself, or for "
        "another name. Its operator must mend it; one of your own may be named in OPENTRACE_WEB__CA_FILE.",
        code=CERTIFICATE,
    )


def unreachable(what: str, *, retry_after: float | None = None) -> Unavailable:
    return Unavailable(
        f"{what} Check that the address opens in a browser.", code=UNREACHABLE, retry_after=retry_after
    )


def outside(url: str) -> Invalid:
    return Invalid(
        f"The page leads to {url}, which lies outside of what is crawled. Add it by itself if you want it.",
        code=OUTSIDE,
    )


def missing(status: int) -> Unavailable:
    return Unavailable(
        f"There is no page at this address (status {status}). "
        "Check it for a slip, or look where the page moved to.",
        code=MISSING,
    )


def too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"The page has more than {max_bytes} bytes. Save the part that you need and upload it as a file.",
        code=TOO_LARGE,
    )


def wrong_type(what: str) -> Invalid:
    return Invalid(
        f"The address leads to {what}, which cannot be read. "
        "Give the address of an HTML page, a text, a Markdown file or a PDF.",
        code=TYPE,
    )


def robots_denied(host: str) -> Invalid:
    return Invalid(
        f"{host} asks programs not to read this page (robots.txt). "
        "If you may use it, save it in a browser and upload the file.",
        code=ROBOTS_DENIED,
    )
