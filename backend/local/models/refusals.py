"""How the server says no: an exception that becomes OpenAI's error object."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse


class Refusal(Exception):
    """A request that is not served. `param` names the field at fault."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param

    def response(self, headers: Mapping[str, str] | None = None) -> JSONResponse:
        """`{"error": {"message", "type", "param", "code"}}` with the status and these headers."""
        kind = {429: "rate_limit_error"}.get(self.status)
        kind = kind or ("server_error" if self.status >= 500 else "invalid_request_error")
        error = {"message": self.message, "type": kind, "param": self.param, "code": self.code}
        return JSONResponse({"error": error}, self.status, dict(headers or {}))


async def refused(_: Request, error: Exception) -> JSONResponse:
    """Starlette's handler for `Refusal`."""
    assert isinstance(error, Refusal)
    return error.response()


async def unknown_address(request: Request, _: Exception) -> JSONResponse:
    return Refusal(f"Unknown request URL: {request.method} {request.url.path}.", status=404).response()


async def failed(_: Request, error: Exception) -> JSONResponse:
    return Refusal(f"The local model server failed: {type(error).__name__}.", status=500).response()
