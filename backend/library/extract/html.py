"""The text of an HTML page that a person would see.

kreuzberg turns HTML into Markdown, whose marks and link addresses would be found as if they were words of the page, so the standard
library's tokenizer does it here.
"""

from collections import Counter
from html.parser import HTMLParser

_UNSEEN = frozenset(
    {"head", "script", "style", "template", "noscript", "svg", "math", "object", "iframe", "canvas", "audio", "video", "select"}
)
# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul",
})
# Elements whose end tag may not be left out: where what is hidden ends is certain.
_CLOSED = frozenset({
    "article", "aside", "blockquote", "dialog", "div", "dl", "fieldset", "figure", "footer", "form", "header", "main", "nav", "ol", "pre",
    "section", "span", "table", "ul",
})
# fmt: on


class _VisibleText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []
        # How often each is in `_unseen`, which a page can make very deep.
        self._unseen_tags: Counter[str] = Counter()
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            if tag == self._unseen[-1] or _is_hidden(tag, attrs):
                self._hide(tag)
            # The end tag of a head may be left out.
            elif self._unseen == ["head"] and tag == "title":
                self._hide("title")
            elif self._unseen == ["head"] and tag in _BLOCKS:
                self._unseen.clear()
                self._unseen_tags.clear()
            if self._unseen:
                return
        if _is_hidden(tag, attrs):
            self._hide(tag)
        elif tag == "br":
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t")
        elif tag in _BLOCKS:
            self.parts.append("\n\n" if tag not in ("tr", "li") else "\n")
        if tag == "img":
            self.parts.append(f" {dict(attrs).get('alt') or ''} ")
        self._pre += tag == "pre"

    def _hide(self, tag: str) -> None:
        self._unseen.append(tag)
        self._unseen_tags[tag] += 1

    def _show(self) -> str:
        tag = self._unseen.pop()
        self._unseen_tags[tag] -= 1
        return tag

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            if self._unseen_tags[tag] > 0:
                while self._show() != tag:
                    pass
                if tag == "title":
                    self.parts.append("\n\n")
            return
        self._pre -= tag == "pre" and self._pre > 0
        if tag in _BLOCKS:
            self.parts.append("\n\n" if tag not in ("tr", "li") else "\n")

    def handle_data(self, data: str) -> None:
        if self._unseen and self._unseen[-1] != "title":
            return
        if self._pre:
            self.parts.append(data)
            return
        words = " ".join(data.split())
        left = " " if data[:1].isspace() else ""
        right = " " if data[-1:].isspace() else ""
        self.parts.append(f"{left}{words}{right}" if words else " " if data else "")


def visible_text(html: str) -> str:
    """Text without tags, scripts, styles and what is hidden; blocks on lines of their own, paragraphs apart. The title comes first."""
    parser = _VisibleText()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    text: list[str] = []
    for line in lines:
        if line or (text and text[-1]):
            text.append(line)
    return "\n".join(text).strip()


def _is_hidden(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    return tag in _UNSEEN or (tag in _CLOSED and any(name == "hidden" for name, _ in attrs))
