"""The labels and annotations of a rule that are plain are said as those are that have to be looked at one by one."""

from hypothesis import given
from hypothesis import strategies as st

from accord.model.problem import Problem
from accord.sources._rule_groups import RuleGroups
from accord.sources._yaml import Document, documents

NAMES = st.sampled_from(["severity", "team", "a-b", "__name__", '""', "<<", "?", '"team"', "&x c", "? {a: b}", "~"])
TEXTS = st.sampled_from(
    ["page", "~", "''", "null", "{{ $value }}", "'{{ $value }}'", "'{{ $value '", "'{{ if }}'", "!t x", "!= 1", "{a: 1}", "[1]", "*y"]
)  # fmt: skip


@given(st.lists(st.tuples(NAMES, TEXTS), max_size=4), st.sampled_from(["label", "annotation"]))
def test_plain_texts_are_said_as_others_are(pairs: list[tuple[str, str]], what: str) -> None:
    text = f"of: &y far\nis: {{{', '.join(f'{name}: {value}' for name, value in pairs)}}}\n"
    for document in documents(text, "root", "a.rules.yaml"):
        if isinstance(document, Problem):
            return
        quick, slow, found = _said(document, what)
        assert found is None or (not slow.problems and list(found) == slow.facts)
        assert not quick.problems and not quick.facts


def _said(document: Document, what: str) -> tuple[RuleGroups, RuleGroups, object]:
    quick, slow, entry = RuleGroups(document), RuleGroups(document), document.node.value[1]
    slow.texts("party", slow.named(entry, what))
    return quick, slow, quick.plain_texts("party", entry, what)


def test_labels_that_are_plain_are_not_looked_at_one_by_one() -> None:
    text = (
        "is: {severity: page, team: 'a b', runbook_url: https://x.example/a, says: '{{ $value }} of {{ $labels.job }}'}"
    )
    (document,) = documents(text, "root", "a.rules.yaml")
    assert isinstance(document, Document)
    entry = document.node.value[0]
    assert len(list(RuleGroups(document).plain_texts("party", entry, "label") or ())) == 4
