# SPDX-License-Identifier: MIT
"""The HTML that RTF was made from and holds within itself ([MS-OXRTFEX])."""
import re

_TOKEN = re.compile(rb"""
    \\'(?P<hex>[0-9a-fA-F]{2})
  | \\(?P<word>[a-zA-Z]+)(?P<number>-?[0-9]{1,10})?[ ]?
  | \\(?P<sign>[^a-zA-Z])
  | (?P<brace>[{}])
  | (?P<text>[^\\{}\r\n]+)
  | [\r\n]+
""", re.VERBOSE)
# Groups that hold no text of the document.
_TABLES = {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"header", b"footer", b"pntext"}
_WORDS = {
    b"par": b"\r\n", b"line": b"\r\n", b"tab": b"\t", b"lquote": b"&lsquo;", b"rquote": b"&rsquo;",
    b"ldblquote": b"&ldquo;", b"rdblquote": b"&rdquo;", b"bullet": b"&bull;", b"endash": b"&ndash;",
    b"emdash": b"&mdash;",
}
_SIGNS = {b"~": b"&nbsp;", b"_": b"&shy;", b"{": b"{", b"}": b"}", b"\\": b"\\", b"\n": b"\r\n",
          b"\r": b"\r\n"}


class _State:
    """What a group is, and what it hands down to those within."""

    def __init__(self, outer=None):
        self.hidden = outer.hidden if outer else False  # a table, or a group for nobody known
        self.quiet = outer.quiet if outer else False  # \htmlrtf: what only RTF readers are to see
        self.skip = outer.skip if outer else 1  # \ucN: characters that stand in for a \u
        self.starred = False  # begins with \*


class _Reader:
    def __init__(self, rtf):
        self.rtf, self.out, self.stack, self.state = rtf, [], [], _State()
        self.at = self.pending = 0  # pending: characters that the last \u has made known already

    def html(self):
        while self.at < len(self.rtf):
            token = _TOKEN.match(self.rtf, self.at)
            if not token:  # a backslash that ends it all
                break
            self.at = token.end()
            kind = token.lastgroup if token.lastgroup != "number" else "word"
            if kind:
                getattr(self, kind)(token)
        return b"".join(self.out)

    def put(self, data):
        if not self.state.hidden and not self.state.quiet:
            self.out.append(data)

    def brace(self, token):
        self.pending = 0
        if token["brace"] == b"{":
            self.stack.append(self.state)
            self.state = _State(self.state)
        elif self.stack:
            self.state = self.stack.pop()

    def text(self, token):
        data = token["text"]
        dropped = min(self.pending, len(data))
        self.pending -= dropped
        self.put(data[dropped:])

    def hex(self, token):
        if self.pending:
            self.pending -= 1
        else:
            self.put(bytes.fromhex(token["hex"].decode()))

    def sign(self, token):
        if token["sign"] == b"*":
            self.state.starred = True
        else:
            self.put(_SIGNS.get(token["sign"], b""))

    def word(self, token):
        word, number = token["word"], token["number"]
        state = self.state
        if state.starred:
            state.starred = False
            state.hidden |= word != b"htmltag"
        elif word in _TABLES:
            state.hidden = True
        elif word == b"htmlrtf":
            state.quiet = number != b"0"
        elif word == b"uc":
            state.skip = max(int(number or 1), 0)
        elif word == b"u" and number:
            self.put(b"&#%d;" % (int(number) & 0xFFFF))
            self.pending = state.skip
        elif word == b"bin" and number:
            self.at += max(int(number), 0)
        else:
            self.put(_WORDS.get(word, b""))


def html_of(rtf):
    """The HTML as bytes in the character set that it names; None where the RTF was not made of any."""
    if not re.search(rb"\\fromhtml(?!0)", rtf[:1000]):
        return None
    return _surrogates(_Reader(rtf).html())


def _surrogates(html):
    """Two \\u that make one character as one reference."""
    def join(pair):
        high, low = int(pair[1]), int(pair[2])
        if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
            return pair[0]
        return b"&#%d;" % (0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)
    return re.sub(rb"&#(5[56]\d{3});&#(5[67]\d{3});", join, html)
