from collections.abc import Sequence

import pytest

from backend.contract.api import ItemSort, SortOrder
from backend.contract.library import ImageFacts, Item, ItemKind, ItemState, ModelId, Problem, Root, SegmentKind
from backend.library.scan.kinds import kind_of, worker_of
from backend.library.store import IndexResult, Library, NewSegment, NotFound, SeenFile, Worker
from backend.library.store.names import name_text


def seen(path: str, size: int = 10, mtime: int = 1_700_000_000) -> SeenFile:
    kind = kind_of(path.rpartition("/")[2])
    return SeenFile(path, kind, worker_of(kind), size, mtime * 10**9)


def put(library: Library, root: Root, *paths: str) -> list[Item]:
    return library.apply_scan(root.id, put=[seen(path) for path in paths])


def found(library: Library, query: str) -> list[str]:
    with library.read_connection() as db:
        rows = db.execute(
            "SELECT i.name FROM segments_fts f JOIN segments s ON s.id = f.rowid JOIN items i ON i.id = s.item_id "
            "WHERE segments_fts MATCH ? ORDER BY i.name",
            (query,),
        )
        return [row["name"] for row in rows]


def finish_next(library: Library, worker: Worker, texts: Sequence[str]) -> Item:
    job = library.lease(worker)
    assert job is not None
    return library.finish(job, IndexResult(segments=[NewSegment(SegmentKind.TEXT, text) for text in texts]))


def test_a_new_file_waits_and_is_found_by_its_name(library: Library, root: Root) -> None:
    [item] = put(library, root, "Letters/2023/BirthdaySpeech_v2.docx")
    assert item == library.item(item.id)
    assert (item.folder, item.name, item.extension) == ("Letters/2023", "BirthdaySpeech_v2.docx", "docx")
    assert (item.kind, item.state, item.modified_at) == (ItemKind.DOCUMENT, ItemState.WAITING, 1_700_000_000)
    assert str(library.location(item.id)) == f"{root.path}/Letters/2023/BirthdaySpeech_v2.docx"
    for query in ("birthday", "speech", "birthdays*", "spee*", '"birthday speech"', "docx"):
        assert found(library, query) == ["BirthdaySpeech_v2.docx"], query


def test_a_file_of_no_known_type_is_there_at_once_and_has_no_job(library: Library, root: Root) -> None:
    [item] = put(library, root, "backup.xyz")
    assert (item.kind, item.state) == (ItemKind.OTHER, ItemState.INDEXED)
    assert item.indexed_at is not None
    assert library.lease(Worker.EXTRACT) is None
    assert library.lease(Worker.AUDIO) is None
    assert library.retry(item.id).state is ItemState.INDEXED
    assert found(library, "backup") == ["backup.xyz"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ReadMe2.txt", "ReadMe2.txt Read Me 2"),
        ("HTTPServer.md", "HTTPServer.md HTTP Server"),
        ("plain name.mp3", "plain name.mp3"),
        ("BücherListe.pdf", "BücherListe.pdf Bücher Liste"),
        ("IMG_20230714_a.jpg", "IMG_20230714_a.jpg"),
        ("file\nwith line.txt", "file\nwith line.txt"),
    ],
)
def test_names_are_split_into_words(name: str, text: str) -> None:
    assert name_text(name) == text


def test_a_result_replaces_the_content_but_not_the_name(library: Library, root: Root) -> None:
    put(library, root, "poem.txt")
    item = finish_next(library, Worker.EXTRACT, ["The albatross", "the harbour"])
    with library.transaction() as db:
        db.execute("INSERT INTO embeddings SELECT id, 'm', 1.0, x'00' FROM segments WHERE kind <> 'name'")
    assert found(library, "albatross OR poem") == ["poem.txt", "poem.txt"]
    assert library.summary().queue.to_embed == 0
    library.retry(item.id)
    finish_next(library, Worker.EXTRACT, ["A kingfisher"])
    assert found(library, "albatross OR harbour") == []
    assert found(library, "kingfisher") == found(library, "poem") == ["poem.txt"]
    page = library.segments_page(item.id)
    assert [(s.text, s.ordinal, s.kind) for s in page.segments] == [("A kingfisher", 1, SegmentKind.TEXT)]
    queue = library.summary().queue
    assert (queue.to_embed, queue.embedded) == (1, 0)


def test_everything_a_result_says_comes_back(library: Library, root: Root) -> None:
    put(library, root, "a.mp4")
    job = library.lease(Worker.AUDIO)
    assert job is not None
    item = library.finish(
        job,
        IndexResult(
            segments=[
                NewSegment(SegmentKind.SPEECH, "Bonjour", start=1.5, end=2.5, language="fr"),
                NewSegment(SegmentKind.SOUND, "Dog", start=3.0, end=4.0, score=0.75),
            ],
            duration=12.5,
            pages=3,
            language="fr",
            image=ImageFacts(width=3, height=4, taken_at=5.0, camera="Canon"),
            happened_at=77.0,
            has_thumbnail=True,
            needs=(ModelId.YAMNET,),
        ),
    )
    assert (item.duration, item.pages, item.language, item.has_thumbnail, item.needs) == (12.5, 3, "fr", True, [ModelId.YAMNET])
    assert item.image == ImageFacts(width=3, height=4, taken_at=5.0, camera="Canon")
    assert (item.state, library.summary().queue.waiting_for) == (ItemState.INDEXED, {ModelId.YAMNET: 1})
    speech, sound = library.segments_page(item.id).segments
    assert (speech.text, speech.start, speech.end, speech.language, speech.score) == ("Bonjour", 1.5, 2.5, "fr", None)
    assert (sound.kind, sound.score) == (SegmentKind.SOUND, 0.75)
    assert library.segments_page(item.id, kind=SegmentKind.SOUND).segments == [sound]
    with library.read_connection() as db:
        assert db.execute("SELECT happened_at FROM items").fetchone()[0] == 77.0


def test_text_that_sqlite_cannot_hold_is_made_storable(library: Library, root: Root) -> None:
    put(library, root, "a.txt")
    item = finish_next(library, Worker.EXTRACT, ["before\0after \ud800 lone"])
    assert library.segments_page(item.id).segments[0].text == "before after ? lone"
    assert found(library, "after") == ["a.txt"]


def test_pages_of_segments(library: Library, root: Root) -> None:
    [item] = put(library, root, "a.txt")
    finish_next(library, Worker.EXTRACT, [str(number) for number in range(25)])
    page = library.segments_page(item.id, offset=20, limit=10)
    assert (page.total, page.offset, [s.text for s in page.segments]) == (25, 20, ["20", "21", "22", "23", "24"])
    wanted = page.segments[3]
    around = library.segments_page(item.id, around=wanted.id, limit=7)
    assert wanted in around.segments
    assert around.offset == 21
    with pytest.raises(NotFound):
        library.segments_page(item.id, around=10**9)
    with pytest.raises(NotFound):
        library.segments_page(10**9)


def test_items_are_filtered_sorted_and_paged(library: Library, root: Root) -> None:
    library.apply_scan(
        root.id,
        put=[seen("b.txt", 5, 300), seen("A.mp3", 50, 100), seen("sub/c_100%.txt", 1, 200), seen("sub/d.zip", 9, 400)],
    )

    def names(**filters: object) -> list[str]:
        return [item.name for item in library.items_page(**filters).items]  # type: ignore[arg-type]

    assert names() == ["A.mp3", "b.txt", "c_100%.txt", "d.zip"]
    assert names(sort=ItemSort.SIZE, order=SortOrder.DESCENDING) == ["A.mp3", "d.zip", "b.txt", "c_100%.txt"]
    assert names(sort=ItemSort.MODIFIED) == ["A.mp3", "c_100%.txt", "b.txt", "d.zip"]
    assert names(kind=ItemKind.DOCUMENT) == ["b.txt", "c_100%.txt"]
    assert names(name="SUB/") == ["c_100%.txt", "d.zip"]
    assert names(name="0%") == names(name="_1") == ["c_100%.txt"]
    assert names(name="%") == ["c_100%.txt"]
    job = library.lease(Worker.AUDIO)
    assert job is not None
    library.fail(job, Problem(code="x", message="y"))
    assert names(state=ItemState.FAILED) == ["A.mp3"]
    assert names(sort=ItemSort.STATE)[0] == "A.mp3"
    page = library.items_page(offset=1, limit=2)
    assert (page.total, page.offset, [i.name for i in page.items]) == (4, 1, ["b.txt", "c_100%.txt"])
    assert names(root=root.id + 1) == []


def test_reindexing_a_root_keeps_what_is_found_until_its_job_is_done(library: Library, root: Root) -> None:
    put(library, root, "a.txt", "b.zip")
    finish_next(library, Worker.EXTRACT, ["first"])
    assert library.reindex_root(root.id).counts.waiting == 1
    assert found(library, "first") == ["a.txt"]
    finish_next(library, Worker.EXTRACT, ["second"])
    assert (found(library, "first"), found(library, "second")) == ([], ["a.txt"])
    with pytest.raises(NotFound):
        library.reindex_root(99)
