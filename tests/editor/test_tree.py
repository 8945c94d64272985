"""The request as a tree that can be clicked."""

from __future__ import annotations

from webhooks.editor.tree import MAX_SHOWN, Node, record_nodes


def named(nodes: list[Node], *names: str) -> Node:
    node = next(node for node in nodes if node.name == names[0])
    return named(node.children, *names[1:]) if names[1:] else node


def test_a_field_has_its_path_its_value_and_its_condition() -> None:
    nodes = record_nodes({"evt": {"ref-no": "Q-1", "codes": [3, True]}, "_envelope": {}}, is_part=False)

    leaf = named(nodes, "evt", "ref-no")

    assert (leaf.path, leaf.text, leaf.equals) == ('evt."ref-no"', "Q-1", "evt.\"ref-no\" == 'Q-1'")
    assert named(nodes, "evt", "codes", "1.").equals == "evt.codes[0] == `3`"
    assert named(nodes, "evt", "codes", "2.").equals == "evt.codes[1] == `true`"


def test_a_record_of_several_shows_the_whole_request_too() -> None:
    tree = {"id": "1", "_envelope": {"batch": [{"id": "1"}], "acct": "A"}, "_request": {"method": "POST"}}

    nodes = record_nodes(tree, is_part=True)

    assert [node.name for node in nodes] == ["id", "The whole request", "About the request"]
    account = named(nodes, "The whole request", "acct")
    assert (account.path, account.body_path) == ("_envelope.acct", "acct")
    assert named(nodes, "id").body_path == ""


def test_a_huge_request_is_cut_and_says_so() -> None:
    nodes = record_nodes({"items": list(range(10 * MAX_SHOWN)), "_envelope": {}}, is_part=False)

    assert len(nodes[0].children) < MAX_SHOWN
    assert nodes[-1].name == "Further fields are not shown"


def test_a_path_that_is_too_long_cannot_be_clicked() -> None:
    nodes = record_nodes({"x" * 300: "value", "_envelope": {}}, is_part=False)

    assert (nodes[0].path, nodes[0].equals) == ("", "")
