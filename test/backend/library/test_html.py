import pytest

from backend.library.extract.html import visible_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello <b>bold</b> world.</p>", "Hello bold world."),
        ("one<p>two<p>three", "one\n\ntwo\n\nthree"),
        ("a&amp;b &lt;tag&gt; caf&eacute; &#8364;", "a&b <tag> café €"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("see <a href='https://x.y/z'>the link</a>.", "see the link."),
        ("un<b>brok</b>en", "unbroken"),
        ("<table><tr><td>A1</td><td>B1</td></tr><tr><td>A2<td>B2</table>", "A1 B1\n\nA2 B2"),
        ("x<br>y", "x\ny"),
        ("<img src=a.png alt='a red boat'> at sea", "a red boat at sea"),
        ("<pre>line 1\nline 2</pre>", "line 1\nline 2"),
        ("plain text, no tag", "plain text, no tag"),
        ("", ""),
    ],
)
def test_text_is_as_a_person_sees_it(html: str, text: str) -> None:
    assert visible_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<script>secret()</script>seen",
        "<style>p{secret:1}</style>seen",
        "<!-- secret --><p>seen",
        "<template><p>secret</p></template>seen",
        "<noscript>secret</noscript>seen",
        "<div hidden>secret<div>secret</div>secret</div>seen",
        "<svg><title>secret</title></svg>seen",
        "<head><meta name=description content=secret><script>secret</script></head><body>seen",
        "<script>if (a < b) { '</div>' + secret }</script>seen",
        "<svg/>seen",
    ],
)
def test_what_is_not_seen_is_not_read(html: str) -> None:
    assert visible_text(html) == "seen"


def test_the_title_comes_first() -> None:
    assert visible_text("<html><head><title>A &amp; B</title></head><body><h1>C</h1>D") == "A & B\n\nC\n\nD"


def test_a_head_without_an_end_does_not_hide_the_page() -> None:
    assert visible_text("<html><head><title>T</title><meta charset=utf-8><p>seen") == "T\n\nseen"


def test_broken_markup_is_read_as_far_as_it_goes() -> None:
    assert visible_text("<p>one</b></i><div><p>two <a href=x>three") == "one\n\ntwo three"
    assert visible_text("<div " * 2000 + ">deep") == "deep"
