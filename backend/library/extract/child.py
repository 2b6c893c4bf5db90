"""The process that reads files: `python -m backend.library.extract.child`. Requests on stdin, responses on stdout.

It ends when its parent does (end of stdin), when a file takes too long, or when it would take too much memory.
"""

import faulthandler
import logging
import os
import sys

from backend.contract.library import ItemKind
from backend.library.extract import problems
from backend.library.extract.confinement import confine, requests, take_over_stdout
from backend.library.extract.problems import Unreadable
from backend.library.extract.protocol import MAX_RESPONSE, Request, Response, unopened

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


def _line(response: Response) -> bytes:
    line = response.model_dump_json(exclude_none=True).encode() + b"\n"
    if len(line) < MAX_RESPONSE:
        return line
    return _line(Response(problem=problems.too_large(f"its text takes {len(line) >> 20} MB")))


def main() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    faulthandler.enable()
    responses = take_over_stdout()
    confine(MEMORY)
    next_request = requests()
    with os.fdopen(responses, "wb") as pipe:
        while True:
            request = Request.model_validate_json(next_request())
            # From a thread of C, so that it also ends a parser that never gives Python a turn.
            faulthandler.dump_traceback_later(request.limit, exit=True)
            line = _line(answer(request))
            faulthandler.cancel_dump_traceback_later()
            pipe.write(line)
            pipe.flush()


if __name__ == "__main__":
    main()
