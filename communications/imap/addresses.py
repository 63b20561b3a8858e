"""A list of addresses (RFC 5322, 3.4) cut into names and addresses, forgiving what real messages get wrong."""

import re

Address = tuple[str, str]

BARE = re.compile(r"[^\s\"<>(),;:@\[\]][^\s\"<>(),;:\[\]]*@[^\s\"<>(),;:@]+")
ADDRESS = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|[^\s\"<>(),;:@]+)@(?:\[[^\s\[\]]+\]|[^\s\"<>(),;:@\[\]]+)")
MOST = 1000
LONGEST = 320  # of an address: 64 + @ + 255 (RFC 5321, 4.5.3.1)


def split_addresses(value: str) -> tuple[Address, ...]:
    """The mailboxes of `value` as (name, address); groups are their members, at most MOST.

    A mailbox whose address is unusable keeps its name with the address "".
    """
    found: list[Address] = []
    for entry in _Cutter(value).entries():
        found += entry.mailboxes()
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


class _Entry:
    """What stands between two commas: words, comments, and perhaps an address in angle brackets."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comment = ""
        self.angle: str | None = None
        self.is_quoted = False

    def mailboxes(self) -> list[Address]:
        name = " ".join("".join(self.words).split())
        if self.angle is not None:
            address = _usable(self.angle)
            name = name or ("" if address else self.angle.strip() if "@" not in self.angle else "")
            return [(name or self.comment.strip(), address)] if name or address else []
        together = re.sub(r"\s*([.@])\s*", r"\1", name)
        addresses = BARE.findall(together if " " not in together else name) if not self.is_quoted else []
        if len(addresses) > 1:
            return [("", address[:LONGEST]) for address in addresses]
        if addresses:
            rest = " ".join(name.replace(addresses[0], " ").split()) if " " in together else ""
            return [(rest or self.comment.strip(), addresses[0][:LONGEST])]
        return [(name, "")] if name else []


class _Cutter:
    """Goes through the value once."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.place = 0
        self.unclosed: set[str] = set()  # signs that open something which nothing closes: looked for once

    def entries(self) -> list[_Entry]:
        entries = [entry := _Entry()]
        while self.place < len(self.value):
            sign = self.value[self.place]
            self.place += 1
            if sign in self.unclosed:
                entry.words.append(sign)
            elif sign == '"' and (quoted := self._quoted()) is not None:
                entry.words.append(quoted)
                entry.is_quoted = True
            elif sign == "(" and (comment := self._comment()) is not None:
                entry.comment = comment
            elif sign == "<":
                if entry.angle is not None:  # no comma between two mailboxes
                    entries.append(entry := _Entry())
                entry.angle = self._angle()
            elif sign in ",;":
                entries.append(entry := _Entry())
            elif sign == ":":  # what stood before it is the name of a group
                entry.words = []
                entry.is_quoted = False
            else:
                entry.words.append(sign)
        return entries

    def _quoted(self) -> str | None:
        end = re.compile(r'((?:[^"\\]|\\.)*)"', re.S).match(self.value, self.place)
        if end is None:
            self.unclosed.add('"')
            return None
        self.place = end.end()
        return re.sub(r"\\(.)", r"\1", end[1])

    def _comment(self) -> str | None:
        depth, place = 1, self.place
        while place < len(self.value) and depth:
            if self.value[place] == "\\":
                place += 1
            else:
                depth += {"(": 1, ")": -1}.get(self.value[place], 0)
            place += 1
        if depth:
            self.unclosed.add("(")
            return None
        comment = self.value[self.place : place - 1]
        self.place = place
        return re.sub(r"\\(.)", r"\1", comment)

    def _angle(self) -> str:
        end = self.value.find(">", self.place)
        end = len(self.value) if end == -1 else end
        inside = self.value[self.place : end]
        self.place = end + 1
        return inside


def _usable(angle: str) -> str:
    """The address in the brackets without comments, spaces and a route (`@a,@b:`); "" for what is no address."""
    angle = re.sub(r"\([^()]*\)", "", angle).strip("<> \t")
    if not angle.startswith('"'):
        angle = re.sub(r"\s+", "", angle)
    if angle.startswith("@"):
        angle = angle.partition(":")[2]
    angle = re.sub(r"^mailto:", "", angle, flags=re.I)
    return angle if len(angle) <= LONGEST and ADDRESS.fullmatch(angle) else ""
