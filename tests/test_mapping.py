"""What mappings give for files, where each fact stands, and what is refused with its place."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from accord.check import check, joined
from accord.model.fact import Fact, Layer, Stance
from accord.model.problem import Problem
from accord.sources._claims import read_text
from mapped import mapped

PAGE = (Path(__file__).parents[1] / "docs" / "language.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```yaml file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

HEAD = "mapping: m\nfiles: [a.yaml, b.yaml]\n"


def items(*blocks: tuple[str, str]) -> list[Fact | Problem]:
    listed = list(blocks)
    said = [item for file, text in listed for item in read_text(text, "root", file)]
    return [*said, *mapped(listed, "root")]


def facts(mapping: str, **files: str) -> dict[str, Fact]:
    """The facts by their terms, of files named as words are: a, b."""
    found = items(("accord-mapping.yaml", mapping), *((f"{name}.yaml", text) for name, text in files.items()))
    assert [item for item in found if isinstance(item, Problem)] == []
    return {item.term: item for item in found if isinstance(item, Fact)}


def problems(mapping: str, **files: str) -> list[str]:
    found = items(("accord-mapping.yaml", mapping), *((f"{name}.yaml", text) for name, text in files.items()))
    return [f"{item.place}: {item.reason}" for item in found if isinstance(item, Problem)]


def test_the_page_finds_what_it_announces() -> None:
    blocks = _BLOCK.findall(PAGE)
    read = items(*blocks)
    assert [item for item in read if isinstance(item, Problem)] == []
    found = check(item for item in read if isinstance(item, Fact)).findings
    said = {
        (finding.statements[0].fact.place.file, finding.statements[0].fact.place.line)
        for finding in found
        if finding.verdict.value == "mismatch"
    }
    announced = {
        (file, number)
        for file, text in blocks
        for number, line in enumerate(text.splitlines(), start=1)
        if "# finding: mismatch" in line
    }
    assert said == announced


def test_a_later_file_wins_key_by_key_and_the_fact_stands_in_it() -> None:
    found = facts(
        HEAD + "gives: {party: p, assumes: {q/x: {timeout: {request: <.t.all>, connect: <.t.connect>}}}}\n",
        a="t:\n  all: 1s\n  connect: 2s\n",
        b="# more\nt:\n  all: 3s\n",
    )
    request, connect = found["timeout.request"], found["timeout.connect"]
    assert (request.text, str(request.place)) == ("3s", "b.yaml:3:8")
    assert request.version == "m, over a.yaml:2"
    assert (connect.text, str(connect.place), connect.source, connect.version) == ("2s", "a.yaml:3:12", "mapping", "m")


def test_null_takes_a_key_away_and_a_list_is_replaced_whole() -> None:
    mapping = HEAD + "gives: {party: p, assumes: {q/x: {retry_on: <.on>, timeout: <.t>}}}\n"
    for nothing in ("~", "null", "!!null", ""):
        found = facts(mapping, a="t: 1s\non: [timeout, connect]\n", b=f"t: {nothing}\non: ['503']\n")
        assert "timeout.request" not in found
    assert found["retry_on"].value == ("503",)


def test_units_sums_and_what_holds_instead() -> None:
    mapping = (
        HEAD
        + """gives:
  party: p
  assumes:
    q/x:
      timeout: {request: <.a>s + 3s, attempt: <.b>ms}
      attempts: 1 + <.retries else 0>
      backoff: <.pause else 50ms>
"""
    )
    found = facts(mapping, a='a: 2.5\nb: "1500"\n')
    assert found["timeout.request"].text == "5.5s"
    assert found["timeout.attempt"].value == 1_500_000_000
    assert (found["attempts"].value, found["attempts"].stance) == (1, Stance.DEFAULT)
    assert (found["backoff"].text, found["backoff"].stance) == ("50ms", Stance.DEFAULT)
    assert found["backoff"].place.file == "accord-mapping.yaml"
    assert facts(mapping, a="retries: 2\na: 1\n")["attempts"].stance is Stance.ASSUMES


def test_keys_with_dots_merge_keys_and_commas() -> None:
    found = facts(
        HEAD + 'gives: {party: p, assumes: {q/x: {timeout: <."max.time">ms, retry_on: <.on>}}}\n',
        a="usual: &usual {max.time: 20}\n<<: *usual\non: 5xx,reset\n",
    )
    assert found["timeout.request"].text == "20ms"
    assert found["retry_on"].value == ("5xx", "reset")


def test_an_item_of_a_list_is_found_by_its_number_or_its_name() -> None:
    found = facts(
        HEAD + "gives: {party: p, assumes: {q/x: {timeout: {request: <.env.LIMIT.value>s, idle: <.list.1>}}}}\n",
        a="list: [1s, 2s]\nenv:\n- {name: OTHER, value: 7}\n- {name: LIMIT, value: 9}\n",
    )
    assert (found["timeout.request"].text, found["timeout.idle"].text) == ("9s", "2s")
    assert found["timeout.request"].place.line == 4


def test_a_placeholder_may_stand_inside_a_key() -> None:
    mapping = 'mapping: m\nfiles: [<role>.yaml]\ngives: {party: <role>, promises: {any: {at: tcp <."<role>::port">}}}\n'
    assert facts(mapping, a="a::port: 80\n")["at"].value == ("tcp 80",)
    wrong = mapping.replace('"<role>', '"<rule>')
    assert "<rule> is bound by no file and no row; did you mean 'role'?" in problems(wrong, a="a::port: 80\n")[0]


def test_each_over_a_map_has_its_key() -> None:
    mapping = HEAD + "each: .jobs\ngives: {party: worker, assumes: {queue/<each>: {work: {max: <.limit>ms}}}}\n"
    read = items(("accord-mapping.yaml", mapping), ("a.yaml", "jobs: {one: {limit: 5}, two: {limit: 6}}\n"))
    works = {item.operation: item.text for item in read if isinstance(item, Fact) and item.term == "work.max"}
    assert works == {"one": "5ms", "two": "6ms"}


def test_rows_tie_placeholders_and_choose_items() -> None:
    mapping = """\
mapping: m
files: [charts/<chart>.yaml, services/<service>.yaml]
where: [{service: shop, chart: web}, {service: desk, chart: php}]
gives: {party: <service>, promises: {any: {latency: {max: <.t>}}}}
"""
    files = [("charts/web.yaml", "t: 1s"), ("charts/php.yaml", "t: 2s"), ("services/shop.yaml", "t: 3s")]
    read = items(("accord-mapping.yaml", mapping), *files)
    assert {item.provider: item.text for item in read if isinstance(item, Fact)} == {"shop": "3s", "desk": "2s"}
    chosen = HEAD + "each: .l\nwhere: [{.n: y}]\ngives: {party: <.n>, promises: {any: {latency: {max: <.t>}}}}\n"
    assert facts(chosen, a="l: [{n: x, t: 1s}, {n: y, t: 2s}]\n")["latency.max"].text == "2s"


def test_a_platform_is_stated_of_the_calls_at_the_layer_with_its_version() -> None:
    mapping = HEAD + "platform: envoy 1.31\nlayer: sidecar\neach: .l\n"
    mapping += "gives: {party: p, promises: {any: {at: tcp 80}}, assumes: {<.to>: {timeout: {idle: <.idle>}}}}\n"
    platform = facts(mapping, a="l:\n- {to: q}\n")["platform"]
    assert (platform.value, platform.version, platform.layer) == ("envoy", "1.31", Layer.SIDECAR)
    assert (platform.consumer, platform.provider, str(platform.place)) == ("p", "q", "a.yaml:2:3")
    promised = facts(
        HEAD + "platform: kafka\ngives: {party: p, promises: {<.op>: {timeout: {attempt: <.t>}}}}\n", a="op: x"
    )
    assert (promised["platform"].consumer, promised["platform"].operation) == ("", "x")


def test_a_default_of_the_house_goes_before_one_of_the_platform() -> None:
    mapping = (
        HEAD + "platform: envoy\ngives: {party: p, assumes: {q/x: {timeout: {request: 1h, idle: <.idle else 10m>}}}}\n"
    )
    read = items(("accord-mapping.yaml", mapping), ("a.yaml", "other: 1\n"))
    system, _ = joined(item for item in read if isinstance(item, Fact))
    idle = system.boundary(("p", "q", "x")).assumed.get("timeout.idle")
    assert idle is not None and (idle.text, idle.stance) == ("10m", Stance.DEFAULT)


def test_a_limit_of_zero_is_none_where_the_platform_reads_it_so() -> None:
    gives = "gives: {party: p, assumes: {q: {timeout: {request: <.t>}}}}\n"
    assert facts(f"{HEAD}platform: envoy\n{gives}", a="t: 0s")["timeout.request"].text == "none"
    assert "expected a limit above zero" in problems(HEAD + gives, a="t: 0s")[0]


REFUSED = [
    ("gives: {party: p, promises: {any: {latency: {max: <.t>}}}}", "t: '{{ .Values.t }}'", "a.yaml:1:4: <.t>: cannot read: template ({{)"),
    ("gives: {party: p, promises: {any: {latency: {max: <.t>}}}}", "t: %{::x}", "a.yaml:1:4"),
    ("gives: {party: p, promises: {any: {latency: {max: <.t>}}}}", "t: 30", "a.yaml:1:4: latency.max: expected a duration"),
    ("gives: {party: p, promises: {any: {latency: {max: <.t>}}}}", "t: {x: 1}", "a.yaml:1:4: <.t>: expected one value"),
    ("gives: {party: <.p>, promises: {any: {latency: {max: <.t>}}}}", "t: 3s", "a.yaml:1:1: the party of the mapping m is missing"),
    ("gives: {party: <.p>}", "p: a b", "a.yaml:1:4: party: expected a name"),
    ("gives: {party: p, promises: {any: {latency: {max: <.t> + 1}}}}", "t: 3s", "a.yaml:1:4: expected counts or durations to add"),
    ("gives: {party: <srvice>}", "t: 3s", "accord-mapping.yaml:3:16: <srvice> is bound by no file and no row"),
    ("gives: {party: p, promises: {any: {latency: {max: <.t}}}}", "t: 3s", "accord-mapping.yaml:3:51: expected a path such as"),
    ("gives: {party: p, promises: {any: {latncy: {max: <.t>}}}}", "t: 3s", "accord-mapping.yaml:3:36: unknown key 'latncy'; did you mean 'latency'?"),
    ("gvies: {party: p}", "t: 3s", "accord-mapping.yaml:3:1: unknown key 'gvies'; did you mean 'gives'?"),
    ("gives: {party: p}\nlayer: sidecra", "t: 3s", "accord-mapping.yaml:4:8: layer: expected one of"),
    ("gives: {promises: {}}", "t: 3s", "accord-mapping.yaml:3:8: gives: expected the key `party`"),
    ("keep: [{this: <.t>, below: 5s}]", "t: 3s", "accord-mapping.yaml:3:8: keep: expected `because`"),
    ("keep: [{this: <.t>, bellow: 5s, because: x}]", "t: 3s", "keep: unknown key 'bellow'; did you mean 'below'?"),
    ("keep: [{this: <.t>, below: 5, because: x}]", "t: 3s", "a.yaml:1:4: keep: expected two durations, counts or sizes"),
    ("each: listeners\ngives: {party: p}", "t: 3s", "accord-mapping.yaml:3:7: each: expected a path"),
    ("where: {service: x}\ngives: {party: p}", "t: 3s", "accord-mapping.yaml:3:8: where: expected rows"),
]  # fmt: skip


@pytest.mark.parametrize(("rest", "file", "said"), REFUSED)
def test_what_is_wrong_is_told_with_its_place(rest: str, file: str, said: str) -> None:
    told = problems(f"{HEAD}{rest}\n", a=file)
    assert any(said in each for each in told), told


@pytest.mark.parametrize(
    "pattern", ["/etc/passwd", "../x.yaml", "a/../../x", "~/x", "C:/x", "a\\b", "<a><b>.yaml", "a/<b", ""]
)
def test_a_pattern_that_leaves_the_folder_or_is_unclear_is_refused(pattern: str) -> None:
    mapping = f"mapping: m\nfiles: ['{pattern}']\ngives: {{party: p}}\n"
    assert any("files: expected" in each for each in problems(mapping, a="t: 3s"))


def test_two_values_of_one_term_are_refused_and_the_first_counts() -> None:
    mapping = HEAD + "each: .l\ngives: {party: p, promises: {any: {latency: {max: <.t>}}}}\n"
    assert problems(mapping, a="l: [{t: 1s}, {t: 1s}, {t: 2s}]") == [
        "a.yaml:1:27: the mapping m gives p/any latency.max as 2s here and as 1s at a.yaml:1; only the first counts"
    ]


def test_a_contract_and_a_mapping_that_contradict_each_other_are_told() -> None:
    mapping = HEAD + "gives: {party: p, promises: {any: {latency: {max: <.t>}}}}\n"
    for stated, told in (("5s", 1), ("3s", 0)):
        contract = f"party: p\npromises: {{any: {{latency: {{max: {stated}}}}}}}\n"
        read = items(("accord-mapping.yaml", mapping), ("a.yaml", "t: 3s\n"), ("accord.yaml", contract))
        result = check(item for item in read if isinstance(item, Fact))
        assert len(result.problems) == told
        assert all("p/any latency.max is 3s here and 5s at accord.yaml:2" in each.reason for each in result.problems)


def test_a_mapping_that_gives_defaults_only_contradicts_nobody() -> None:
    contract = "party: p\npromises: {any: {latency: {max: 1s}}}\n---\nparty: p\npromises: {any: {latency: {max: 2s}}}\n"
    stated = [item for item in read_text(contract, "root", "accord.yaml") if isinstance(item, Fact)]
    assert len(stated) == 2
    default = replace(stated[0], stance=Stance.DEFAULT, source="mapping")
    assert not check(stated).problems
    assert not check([*stated, default]).problems
    assert check([*stated, replace(default, stance=Stance.PROMISES)]).problems


@pytest.mark.parametrize("text", ["mapping: m\nproperties: {x: 1}\n", "party: p\n", "files: [x]\nmapping: m\n"])
def test_other_documents_with_that_word_are_no_mappings(text: str) -> None:
    assert list(mapped([("elastic.yaml", text)], "root")) == []
    assert list(read_text(text, "root", "elastic.yaml")) == []


def test_values_that_no_mapping_names_are_never_told() -> None:
    read = items(
        ("accord-mapping.yaml", HEAD + "gives: {party: p, promises: {any: {latency: {max: <.t>}}}}\n"),
        ("a.yaml", "t: soon\npassword: hunter2\n"),
    )
    assert "hunter2" not in repr(read) and "soon" in repr(read)
