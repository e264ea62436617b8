# SPDX-License-Identifier: MIT
"""Man pages and --help from one source: what --help says of a command or an option is, word by
word, the first line under its name in the page. EMAPI_WRITE=1 writes these lines into the pages;
what else a page tells of it follows them."""

import os
import re

COMMON = "Options of several commands"


def sentence(text):
    """A line of help as a line of a man page."""
    text = text if text.startswith("--") else text[0].upper() + text[1:]
    text = text.replace("\\", r"\e").replace("--", r"\-\-")
    text = text if text.endswith(".") else text + "."
    return r"\&" + text if text[0] in ".'" else text


def options(help_text):
    """[(.It line, first line)] of the options that --help prints, without --help itself."""
    found = []
    for names, text in re.findall(r"^  (-.*?)(?:  +(.*))?$", help_text, re.M):
        if "--help" in names:
            continue
        last = names.split(", ")[-1]
        argument = re.split("[= ]", last, maxsplit=1)[1:]
        flags = " , ".join(name.split("=")[0].split(" ")[0][1:] for name in names.split(", "))
        found.append((f".It Fl {flags}{''.join(map(argument_of, argument))}", sentence(text)))
    return found


def argument_of(argument):
    if argument[0].islower():
        return " Cm " + " | ".join(argument.split("|"))
    argument = argument.lower().replace("[:", " Ns Op : Ns Ar ").replace("|", " | ")
    return " Ar " + argument.rstrip("]")


class Page:
    def __init__(self, path):
        self.path = path
        self.lines = path.read_text().splitlines()
        self.wrong = []

    def part(self, begin):
        """(first, after the last) line of what stands under the first line that begins so."""
        first = next((i for i, line in enumerate(self.lines) if re.match(begin, line)), None)
        if first is None:
            return None
        end = r"\.S[sh] " if self.lines[first].startswith(".S") else r"\.It Cm [a-z]|\.S[sh] "
        depth, i = 0, first + 1
        while i < len(self.lines):
            line = self.lines[i]
            if depth <= 0 and re.match(end, line):
                break
            depth += line.startswith(".Bl ") - line.startswith(".El")
            i += 1
        return first, i

    def check(self, item, line, parts):
        """`item` stands in one of these parts, and `line` is the first below it."""
        at = next((i for part in parts if part for i in range(*part) if self.lines[i] == item), None)
        if at is None:
            self.wrong.append(f"{self.path.name}: nothing is said of: {item}")
        elif self.lines[at + 1] != line:
            if os.environ.get("EMAPI_WRITE"):
                self.lines[at + 1] = line
                self.path.write_text("\n".join(self.lines) + "\n")
            else:
                self.wrong.append(f"{self.path.name}: {item}: {self.lines[at + 1]!r}, "
                                  f"but --help says {line!r}")

    def check_summary(self, command, summary):
        part = self.part(rf"\.It Cm {command}( [A-Z]|$)")
        if part:
            self.check(self.lines[part[0]], sentence(summary), [part])
        else:
            self.wrong.append(f"{self.path.name}: nothing is said of the command {command}")

    def check_options(self, help_text, command=None):
        whole = (0, len(self.lines))
        parts = [self.part(rf"\.It Cm {command}( [A-Z]|$)"), self.part(rf"\.Ss {COMMON}")] \
            if command else [whole]
        for item, line in options(help_text):
            self.check(item, line, parts)
