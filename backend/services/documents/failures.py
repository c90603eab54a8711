"""Why a document may fail, in codes for programs and a sentence for whoever uploaded it."""

from backend.errors import AppError, Unavailable
from backend.rag.parse.page import Reason
from backend.web import failures as web

UPLOAD_MISSING = "UPLOAD_MISSING"
UPLOAD_DIFFERS = "UPLOAD_DIFFERS"
UPLOAD_EXPIRED = "UPLOAD_EXPIRED"
EMBEDDING_MODEL_MISSING = "EMBEDDING_MODEL_MISSING"
GAVE_UP = "GAVE_UP"
INTERNAL = "INTERNAL"

# Programs can be installed, and then the same bytes can be read.
_LASTING = {
    *map(str, set(Reason) - {Reason.OCR_MISSING, Reason.CONVERTER_MISSING}),
    UPLOAD_MISSING,
    UPLOAD_DIFFERS,
    UPLOAD_EXPIRED,
    *web.LASTING,
}

_SENTENCES = {
    UPLOAD_EXPIRED: "The file did not arrive in time. Upload it anew.",
    GAVE_UP: "This document stopped its worker several times and was given up. Retry it, or upload it anew.",
    INTERNAL: "Something went wrong on our side while this document was taken in. Retry it.",
}


def is_retryable(code: str | None) -> bool:
    """Whether the same bytes may succeed later; what is wrong with the bytes themselves stays wrong."""
    return code not in _LASTING


def sentence(code: str) -> str:
    return _SENTENCES[code]


def explained(error: Exception) -> tuple[str, str]:
    """Code and sentence for the row; of an unexpected error nothing is shown but that it happened."""
    if isinstance(error, Unavailable):
        return error.code, f"{error.message} Nothing that was done is lost: retry the document later."
    if isinstance(error, AppError):
        return error.code, error.message
    return INTERNAL, sentence(INTERNAL)
