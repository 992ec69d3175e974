"""What a mail of HTML says, for readers that show none."""

from html.parser import HTMLParser

_HIDDEN = ("head", "style", "script", "title")
_BREAKS = ("p", "br", "div", "tr", "table", "h1", "h2", "h3", "h4", "ul", "ol", "li", "hr", "body")


def text_of(html: str) -> str:
    """The words of some HTML, a line for each block, links with their addresses."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._hidden = 0  # a head may be left open
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a" and self._links:
            link = self._links.pop()
            if link.startswith(("http://", "https://", "mailto:")):
                self.words.append(f" ({link})")
        elif tag in _BREAKS:
            self.words.append("\n")
        else:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(" ".join(data.split("\n")))
