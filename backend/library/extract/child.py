"""The process that reads files: `python -m backend.library.extract.child`. Requests on stdin, responses on stdout.

It ends when its parent does (end of stdin), when a file takes too long, or when it would take too much memory.
"""

import faulthandler
import logging
import os
import sys
from queue import SimpleQueue
from threading import Thread
from typing import IO

from backend.contract.library import ItemKind
from backend.library.extract import problems
from backend.library.extract.problems import Unreadable
from backend.library.extract.protocol import Request, Response, unopened

MEMORY = 4 << 30


def answer(request: Request) -> Response:
    try:
        if request.task == "thumbnail":
            return Response(made=_thumbnail(request))
        if request.kind is ItemKind.IMAGE:
            from backend.library.extract.images import read_image

            return Response(result=read_image(request.path, request.thumbnail))
        from backend.library.extract.documents import read_document

        return Response(result=read_document(request.path, request.extension))
    except Unreadable as error:
        return Response(problem=error.problem)
    except OSError as error:
        return unopened(error)
    except MemoryError:
        return Response(problem=problems.too_large(f"needs more than {MEMORY >> 30} GB of memory"))
    except Exception as error:
        # Parsers raise whatever a strange file leads them to; the sentence goes to the person, the rest to the log.
        logging.getLogger(__name__).exception("cannot read %s", request.path)
        return Response(problem=problems.unexpected(error))


def _thumbnail(request: Request) -> bool:
    from backend.library.extract.thumbnails import make_image_thumbnail, make_video_thumbnail

    make = make_video_thumbnail if request.kind is ItemKind.VIDEO else make_image_thumbnail
    return make(request.path, request.thumbnail)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit; the time limit still holds.
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        _, hard = resource.getrlimit(limit)
        try:
            resource.setrlimit(limit, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))
        except (ValueError, OSError) as error:
            # macOS refuses a limit below what is mapped already.
            logging.getLogger(__name__).info("no memory limit: %s", error)
    # A file that ends the child would otherwise leave gigabytes behind each time.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(requests: "SimpleQueue[str]", source: IO[str]) -> None:
    for line in source:
        requests.put(line)
    # The parent is gone, also when this is in the middle of a file.
    os._exit(0)


def main() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    # Whatever a parser prints goes to stderr; only responses go to the pipe.
    responses = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit_memory()
    requests: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read, args=(requests, sys.stdin), name="requests", daemon=True).start()
    while True:
        request = Request.model_validate_json(requests.get())
        # From a thread of C, so that it also ends a parser that never gives Python a turn.
        faulthandler.dump_traceback_later(request.limit, exit=True)
        response = answer(request)
        faulthandler.cancel_dump_traceback_later()
        responses.write(response.model_dump_json(exclude_none=True) + "\n")
        responses.flush()


if __name__ == "__main__":
    main()
