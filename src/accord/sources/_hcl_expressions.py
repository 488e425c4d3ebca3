"""Expressions of Terraform's language, read into trees.

By the grammar of HCL's native syntax specification (hashicorp/hcl, hclsyntax/spec.md). Positions are offsets into the text.
"""

import re
from collections.abc import Sequence
from fractions import Fraction

from accord.sources._hcl_trees import (
    Call,
    Choice,
    Comprehension,
    Constant,
    Expression,
    Items,
    Member,
    Name,
    Operation,
    Pairs,
    Splat,
    Template,
)

DEEPEST = 60
"""Brackets inside each other that are followed; nobody writes more."""

_SPACE = re.compile(r"(?:[ \t\r\f\ufeff]|#[^\n]*|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_LINES = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WORD = re.compile(r"[^\W\d][\w-]*")
_OPERATOR = re.compile(r"\.\.\.|=>|==|!=|<=|>=|&&|\|\||::|[-+*/%<>!?:=.,()\[\]{}~]")
_HEREDOC = re.compile(r"<<-?([^\W\d][\w-]*)[ \t]*\r?\n")
_QUOTED_TEXT = re.compile(r'(?:[^"\\$%\n]|\\.|\$\$\{|%%\{|\$(?!\{)|%(?!\{))+')
_TEXT = re.compile(r"(?:[^$%]|\$\$\{|%%\{|\$(?!\{)|%(?!\{))+")
_POSITION = re.compile(r"\d{1,9}", re.ASCII)
_DIRECTIVE = re.compile(r"%\{[^{}]{0,2000}\}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)|\$\$\{|%%\{", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_STRENGTH = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    ">": 4,
    "<=": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class NotHcl(Exception):
    """What stands at this offset does not fit."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Scanner:
    """Where reading stands in a text, and what comes next; `apart` says whether a line's end counts, innermost last."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text, self.at = text, at
        self.apart = [True]

    def skip(self) -> None:
        """Passes over spaces and comments, and over line ends where these do not count."""
        found = (_SPACE if self.apart[-1] else _LINES).match(self.text, self.at)
        self.at = found.end() if found else self.at

    def lines(self) -> None:
        """Passes over line ends as well."""
        found = _LINES.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def sign(self) -> str:
        """The operator that comes next, which is not passed; "" where there is none."""
        before = self.at
        self.skip()
        found = _OPERATOR.match(self.text, self.at)
        self.at = before
        return found[0] if found else ""

    def took(self, sign: str) -> bool:
        """Whether this operator came next; it is passed."""
        if self.sign() != sign:
            return False
        self.skip()
        self.at += len(sign)
        return True

    def expect(self, sign: str) -> None:
        """Passes this operator; raises NotHcl where something else comes."""
        if not self.took(sign):
            raise NotHcl(self.at)

    def word(self) -> str:
        """The word that comes next, which is passed; "" where there is none."""
        self.skip()
        found = _WORD.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def opened(self, apart: bool) -> None:
        """A bracket in which line ends count or not."""
        if len(self.apart) > DEEPEST:
            raise NotHcl(self.at)
        self.apart.append(apart)

    def closed(self, sign: str) -> None:
        """The end of what was opened last."""
        self.expect(sign)
        self.apart.pop()


class Expressions(Scanner):
    """Reads expressions; raises NotHcl at what does not fit."""

    def expression(self) -> Expression:
        """The expression that comes next."""
        found = self.operation(1)
        if not self.took("?"):
            return found
        yes = self.expression()
        self.expect(":")
        return Choice(found, yes, self.expression())

    def operation(self, least: int) -> Expression:
        """Operators that bind at least so strongly, from the left."""
        found = self.single()
        while (strength := _STRENGTH.get(sign := self.sign(), 0)) >= least:
            self.took(sign)
            found = Operation(sign, (found, self.operation(strength + 1)))
        return found

    def single(self) -> Expression:
        """One term with the signs before it and the members behind it."""
        for sign in ("-", "!"):
            if self.took(sign):
                self.opened(self.apart[-1])
                found = Operation(sign, (self.single(),))
                self.apart.pop()
                return found
        return self.members(self.term())

    def term(self) -> Expression:
        """One term without what is asked of it."""
        self.skip()
        head = self.text[self.at : self.at + 1]
        if head == '"':
            return self.quoted()
        if head == "<" and (heredoc := _HEREDOC.match(self.text, self.at)):
            return self.heredoc(heredoc)
        if number := _NUMBER.match(self.text, self.at):
            self.at = number.end()
            return Constant(Fraction(number[0]))
        bracket = {"(": self.bracketed, "[": self.listed, "{": self.paired}.get(head)
        if bracket is not None:
            return bracket()
        start, word = self.at, self.word()
        if not word:
            raise NotHcl(start)
        return self.called(word)

    def called(self, word: str) -> Expression:
        """A function with what it is given, or a word by itself."""
        while self.took("::"):
            word = f"{word}::{self.word()}"
        if not self.took("("):
            return Constant(_WORDS[word]) if word in _WORDS else Name(word)
        self.opened(apart=False)
        given: list[Expression] = []
        spread = False
        while self.sign() != ")":
            given.append(self.expression())
            spread = self.took("...")
            if not self.took(","):
                break
        self.closed(")")
        return Call(word, tuple(given), spread)

    def bracketed(self) -> Expression:
        """What stands in round brackets."""
        self.at += 1
        self.opened(apart=False)
        found = self.expression()
        self.closed(")")
        return found

    def listed(self) -> Expression:
        """What stands in square brackets."""
        self.at += 1
        self.opened(apart=False)
        if found := self.comprehension("]"):
            return found
        parts: list[Expression] = []
        while self.sign() != "]":
            parts.append(self.expression())
            if not self.took(","):
                break
        self.closed("]")
        return Items(tuple(parts))

    def paired(self) -> Expression:
        """What stands in braces."""
        self.at += 1
        self.opened(apart=False)
        if found := self.comprehension("}"):
            return found
        self.apart[-1] = True
        pairs: list[tuple[Expression, Expression]] = []
        self.lines()
        while self.sign() != "}":
            pairs.append((self.key(), self.expression()))
            self.between_pairs()
        self.closed("}")
        return Pairs(tuple(pairs))

    def key(self) -> Expression:
        """The key of a pair and the sign behind it; a plain word is its own text."""
        found = self.expression()
        if not self.took("=") and not self.took(":"):
            raise NotHcl(self.at)
        return Constant(found.name) if isinstance(found, Name) else found

    def between_pairs(self) -> None:
        """A comma, or the end of the line, between two pairs."""
        before = self.at
        is_parted = self.took(",")
        self.lines()
        if self.sign() != "}" and not is_parted and "\n" not in self.text[before : self.at]:
            raise NotHcl(self.at)

    def comprehension(self, end: str) -> Comprehension | None:
        """`for ... in ... :` and what follows; None where the bracket holds something else."""
        before = self.at
        if self.word() != "for" or self.sign() in (",", ":", "=", ".", "(", end):
            self.at = before
            return None
        names = [self.word()]
        if self.took(","):
            names.append(self.word())
        if self.word() != "in":
            raise NotHcl(self.at)
        among = self.expression()
        self.expect(":")
        key, value = None, self.expression()
        if end == "}":
            self.expect("=>")
            key, value = value, self.expression()
        groups = self.took("...")
        before = self.at
        condition = self.expression() if self.word() == "if" else None
        if condition is None:
            self.at = before
        self.closed(end)
        return Comprehension(tuple(names), among, key, value, condition, groups)

    def members(self, found: Expression) -> Expression:
        """What is asked of a term: members, and the same of each."""
        while True:
            before = self.at
            self.skip()
            head = self.text[self.at : self.at + 1]
            if head == "." and self.text[self.at : self.at + 3] != "...":
                self.at += 1
                key = self.dotted()
            elif head == "[":
                self.at += 1
                self.opened(apart=False)
                key = None if self.took("*") else self.expression()
                self.closed("]")
            else:
                self.at = before
                return found
            found = Member(found, key) if key is not None else self.splat(found)

    def dotted(self) -> Expression | None:
        """The name or the number behind a dot; None for `*`."""
        if self.took("*"):
            return None
        if word := self.word():
            return Constant(word)
        number = _POSITION.match(self.text, self.at)
        if not number:
            raise NotHcl(self.at)
        self.at = number.end()
        return Constant(Fraction(number[0]))

    def splat(self, found: Expression) -> Expression:
        """The members that are asked of each; an index behind them is asked of all."""
        then: list[Expression] = []
        while self.took("."):
            key = self.dotted()
            if key is None:
                raise NotHcl(self.at)
            then.append(key)
        return Splat(found, tuple(then))

    # ------------------------------------------------------------------ texts

    def quoted(self) -> Expression:
        """A text in quotes."""
        self.at += 1
        parts: list[Expression | None] = []
        while self.text[self.at : self.at + 1] != '"':
            if found := _QUOTED_TEXT.match(self.text, self.at):
                self.at = found.end()
                parts.append(Constant(unescaped(found[0])))
            else:
                parts.append(self.interpolated())
        self.at += 1
        return _template(parts)

    def heredoc(self, head: re.Match[str]) -> Expression:
        """A text of whole lines, up to the word that ends it, on a line of its own (hclsyntax/scan_tokens.rl, heredocNewline).

        In the value of a node the brace of `${<<EOT` follows it.
        """
        end = re.compile(rf"^[ \t]*{re.escape(head[1])}(?=[ \t\r]*$|\}}\Z)", re.MULTILINE).search(
            self.text, head.end() - 1
        )
        if end is None:
            raise NotHcl(self.at)
        self.at = head.end()
        found = self.template(max(end.start(), self.at))
        self.at = end.end()
        return found

    def template(self, end: int) -> Expression:
        """A text without quotes, up to an offset."""
        parts: list[Expression | None] = []
        while self.at < end:
            if found := _TEXT.match(self.text, self.at, end):
                self.at = found.end()
                parts.append(Constant(found[0].replace("$${", "${").replace("%%{", "%{")))
            else:
                parts.append(self.interpolated())
        return _template(parts)

    def interpolated(self) -> Expression | None:
        """`${ value }`; None for a directive."""
        if directive := _DIRECTIVE.match(self.text, self.at):
            self.at = directive.end()
            return None
        if not self.text.startswith("${", self.at):
            raise NotHcl(self.at)
        self.at += 2
        self.opened(apart=False)
        self.took("~")
        found = self.expression()
        self.took("~")
        self.closed("}")
        return found


def unescaped(typed: str) -> str:
    """A quoted text without its escapes."""
    if "\\" not in typed and "{" not in typed:
        return typed
    return _ESCAPED.sub(_escape, typed)


def _escape(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _LETTERS.get(found[2], found[2]) if found[2] else found[0][1:]


def _template(parts: Sequence[Expression | None]) -> Expression:
    """One value by itself is that value, not a text of it."""
    if not parts:
        return Constant("")
    return parts[0] if len(parts) == 1 and parts[0] is not None else Template(tuple(parts))
