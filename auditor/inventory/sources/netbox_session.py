"""The connection to NetBox: GET only, to one server only, with time limits. Loaded only where NetBox is asked."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from pynetbox.core.query import ContentError, Request, RequestError  # type: ignore[import-untyped]

from auditor.inventory.mistakes import printable
from auditor.inventory.sources.devices import SourceError
from auditor.secrets import Secret

CONNECT, READ = 10, 60
PAGE = 500
MOST_OBJECTS = 1_000_000


class _OnlyReading(requests.adapters.HTTPAdapter):
    """Sends nothing but GET, and gives up in time."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "GET":
            raise SourceError("only GET is ever sent to NetBox; this is a bug, nothing was sent")
        kwargs["timeout"] = (CONNECT, READ)
        return super().send(request, *args, **kwargs)


class NetBoxSession:
    """One NetBox server; certificates are always checked."""

    def __init__(self, url: str, token: Secret | None) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._session = requests.Session()
        # Links to further pages and redirects are the server's; the token goes nowhere else.
        parts = urlsplit(self.url)
        self._session.adapters.clear()
        self._session.mount(f"{parts.scheme}://{parts.netloc}/", _OnlyReading())
        # Without this, requests would prefer a login for this host in ~/.netrc to the token.
        self._session.auth = _as_it_is

    def objects(self, kind: str, filters: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
        """Yield all objects of a list such as `dcim/devices`, page by page; raises `SourceError`."""
        request = Request(
            base=f"{self.url}/api/{kind}/",
            http_session=self._session,
            token=self._token.reveal() if self._token else None,
            filters=filters,
            limit=PAGE,
        )
        try:
            for number, each in enumerate(request.get()):
                if number >= MOST_OBJECTS:
                    raise SourceError(f"NetBox lists more than {MOST_OBJECTS} {kind}")
                if not isinstance(each, dict) or "id" not in each:
                    raise SourceError(f"NetBox's answer about {kind} is not a list of objects; is the address right?")
                yield each
        except RequestError as error:
            raise SourceError(_refusal(error.req.status_code, kind)) from None
        except (ContentError, ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, requests.exceptions.InvalidSchema):
                raise SourceError("NetBox points to another server; write the address that it has itself") from None
            raise SourceError(f"NetBox's answer about {kind} is no JSON of its API; is the address right?") from None
        except requests.exceptions.SSLError:
            why = "its certificate is not trusted; name the authority in REQUESTS_CA_BUNDLE, checking is never left out"
            raise SourceError(f"NetBox cannot be asked: {why}") from None
        except requests.exceptions.Timeout:
            raise SourceError(f"NetBox did not answer in {READ} seconds") from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            raise SourceError(f"NetBox's answer about {kind} broke off; nothing of it is used") from None
        except requests.exceptions.RequestException as error:
            if _stalled(error):
                raise SourceError(f"NetBox did not answer in {READ} seconds") from None
            raise SourceError(f"NetBox cannot be reached: {printable(type(error).__name__)}") from None


def _stalled(error: requests.exceptions.RequestException) -> bool:
    """Whether a page stopped in the middle: requests calls that a lost connection, and wraps urllib3's own error."""
    return any(type(why).__name__ == "ReadTimeoutError" for why in error.args)


def _as_it_is(request: Any) -> Any:
    return request


def _refusal(status: int, kind: str) -> str:
    match status:
        case 401 | 403:
            return f"NetBox refused the token for {kind} ({status}); it needs the permission to view them"
        case 404:
            return f"NetBox knows no {kind} (404); expected the address without /api"
        case 400:
            return f"NetBox does not understand the filter for {kind} (400)"
        case _:
            return f"NetBox answered {status} about {kind}"
