"""Every link of the documentation leads to a file of the repository, and to a heading there."""

import pytest
from pages import NAMES, ROOT, anchors, broken_links


@pytest.mark.parametrize("page", NAMES)
def test_links_lead_somewhere(page):
    assert broken_links(ROOT / page) == []


def test_the_main_pages_are_there():
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/index.md", "docs/findings/index.md"} < {
        *NAMES
    }


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[a](b.md)", "b.md: no such file"),
        ("[a][1]\n\n[1]: b.md", "b.md: no such file"),
        ("![a](b.svg)", "b.svg: no such file"),
        ('<a href="b.md">a</a>', "b.md: no such file"),
        ("<details>\n<img src='b.svg'>\n</details>", "b.svg: no such file"),
        ("| a |\n|---|\n| *[a](b.md)* |", "b.md: no such file"),
        ("[a](#b)", "#b: no such heading"),
        ("[a](other.md#b)", "other.md#b: no such heading"),
        ("[a](../out.md)", "../out.md: no such file"),
        ("[a](other.txt#other)", "other.txt#other: no such heading"),
        ("[a](http://example.org)", "http://example.org: expected https"),
        ("[a](https://example.org)", None),
        ("[a](other.md#other-b_c-1)", None),
        ("[a](.)", None),
        ("`[a](b.md)`\n\n```text\n[a](b.md)\n```", None),
    ],
)
def test_broken_links_are_reported(tmp_path, link, fault):
    folder = tmp_path / "repository"
    folder.mkdir()
    (tmp_path / "out.md").write_text("")
    (folder / "other.txt").write_text("")
    (folder / "other.md").write_text("# Other `b_c`\n\n# Other: *b_c*\n")
    (folder / "page.md").write_text(link)
    assert broken_links(folder / "page.md", folder) == ([fault] if fault else [])


def test_anchors_are_those_of_code_hosts(tmp_path):
    text = "# Which tool, for what?\n## `claim_type`\n## 引用 and *more*\n## More\n## more\n"
    (tmp_path / "page.md").write_text(text, "utf-8")
    assert anchors(tmp_path / "page.md") == {
        "which-tool-for-what",
        "claim_type",
        "引用-and-more",
        "more",
        "more-1",
    }
