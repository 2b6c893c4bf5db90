"""What a server or the network between can do wrong to one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Fault:
    """Applies to the next `times` GET requests whose path contains `path`. Offsets count bytes of the answer's body.

    `drop_at` resets the connection, `truncate_at` ends it in order, `stall_at` is silent for `stall_for` seconds,
    `corrupt_at` flips one byte of the file (an offset of the file), `length_delta` is added to the Content-Length,
    `status` answers with that and `headers` alone, `redirect` sends the request on to that address, `page` answers
    with that HTML, `ignore_range` sends the whole file whatever was asked, `hide_validators` leaves ETag and date out.
    """

    path: str = ""
    times: int = 1
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    redirect: str | None = None
    page: str | None = None
    drop_at: int | None = None
    truncate_at: int | None = None
    stall_at: int | None = None
    stall_for: float = 60.0
    corrupt_at: int | None = None
    length_delta: int = 0
    ignore_range: bool = False
    hide_validators: bool = False


NONE = Fault(times=0)
EVERY_TIME = 1_000_000
