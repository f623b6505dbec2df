"""Each check of a release, with input that it must reject."""

import copy
import json
import re
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from release import changelog, contents, extras, hosts, licences, metadata, sbom, workflows

CHANGES = """# Changelog

## [Unreleased]

## [0.1.0] - 2026-11-23

### Data

- Data release 1.0.0, 2026-11-22: rows.

### Schema

- Kinds.

### Code

- Functions.
"""
DATA = ("1.0.0", "2026-11-22")
COMING = CHANGES.replace("\n## [0.1.0] - 2026-11-23\n", "\nThe next release is 0.1.0.\n")


@pytest.mark.parametrize(("text", "tag"), [(CHANGES, None), (CHANGES, "v0.1.0"), (COMING, None)])
def test_a_changelog_with_its_entry(text, tag):
    assert changelog.faults(text, "0.1.0", DATA, tag) == []


@pytest.mark.parametrize(
    ("text", "tag", "faults"),
    [
        (CHANGES, "v0.1.1", ["the tag is v0.1.1, and the version 0.1.0"]),
        (COMING, "v0.1.0", ["CHANGELOG.md has no section [0.1.0]"]),
        (COMING.replace("0.1.0", "0.2.0"), None, ["Unreleased does not say: The next release is 0.1.0."]),
        (COMING.replace("- Kinds.", ""), None, ["[Unreleased] has nothing under Schema"]),
        (
            CHANGES.replace(" - 2026-11-23", ""),
            None,
            ["[0.1.0] has no date: expected ## [0.1.0] - YYYY-MM-DD"],
        ),
        (
            CHANGES.replace("-22", "-24"),
            None,
            ["CHANGELOG.md does not say under Data: - Data release 1.0.0, 2026-11-22"],
        ),
        (
            CHANGES.replace("### Code", "### Added"),
            None,
            ["[0.1.0] has nothing under Code", "[0.1.0] has a part Added"],
        ),
        ("# Changelog\n", None, ["CHANGELOG.md does not say under Data: - Data release 1.0.0, 2026-11-22"]
            + ["Unreleased does not say: The next release is 0.1.0."]
            + [f"[Unreleased] has nothing under {part}" for part in ("Data", "Schema", "Code")]),
    ],
)  # fmt: skip
def test_a_changelog_without_it(text, tag, faults):
    assert changelog.faults(text, "0.1.0", DATA, tag) == faults


TRACKED = [
    ".gitignore",
    ".github/workflows/test.yml",
    "LICENSES/MIT.txt",
    "README.md",
    "pyproject.toml",
    "schemas/v1/claim.json",
    "src/kaiser_interview/models.py",
]
IN_WHEEL = [
    "kaiser_interview/models.py",
    "kaiser_interview/schemas/v1/claim.json",
    *(f"k-0.dist-info/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt")),
    "k-0.dist-info/licenses/LICENSES/MIT.txt",
]
IN_SDIST = [".gitignore", "PKG-INFO", *TRACKED[2:]]


def test_contents_match_the_tracked_files(tmp_path):
    wheel, sdist = tmp_path / "k-0-py3-none-any.whl", tmp_path / "k-0.tar.gz"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in IN_WHEEL:
            archive.writestr(name, "")
    with tarfile.open(sdist, "w:gz") as archive:
        for name in IN_SDIST:
            archive.addfile(tarfile.TarInfo(f"k-0/{name}"))
    assert contents.wheel_faults(contents.of_wheel(wheel), TRACKED) == []
    assert contents.sdist_faults(contents.of_sdist(sdist), TRACKED) == []


def test_too_much_and_too_little_in_them():
    junk = "kaiser_interview/__pycache__/models.pyc"
    assert contents.wheel_faults([*IN_WHEEL[1:], junk, IN_WHEEL[1]], TRACKED) == [
        f"wheel: {junk} is in it, and should not be",
        "wheel: kaiser_interview/models.py is not in it, and should be",
        "wheel: kaiser_interview/schemas/v1/claim.json is in it twice",
    ]
    assert contents.wheel_faults(IN_WHEEL[:-1], TRACKED) == [
        "wheel: LICENSES/MIT.txt is not in it, and should be"
    ]
    assert contents.sdist_faults([*IN_SDIST, ".github/workflows/test.yml"], TRACKED) == [
        "sdist: .github/workflows/test.yml is in it, and should not be"
    ]
    assert contents.sdist_faults(IN_SDIST[:-1], TRACKED) == [
        f"sdist: {TRACKED[-1]} is not in it, and should be"
    ]


PROJECT = {
    "build-system": {"requires": ["hatchling==1"]},
    "dependency-groups": {"package": ["hatchling==1"]},
    "project": {
        "name": "k",
        "description": "Claims.",
        "license": "MIT",
        "requires-python": ">=3.11",
        "classifiers": [f"Programming Language :: Python :: {one}" for one in ("3", "3.11", "3.12")],
        "dependencies": ["jiter>=0.10", "numpy>=1.26"],
        "optional-dependencies": {"hf": ["datasets>=4"], "all": ["k[hf]"]},
    },
}
METADATA = """Metadata-Version: 2.5
Name: k
Version: 0.1.0
Summary: Claims.
License-Expression: MIT
License-File: LICENSES/MIT.txt
Classifier: Programming Language :: Python :: 3
Classifier: Programming Language :: Python :: 3.11
Classifier: Programming Language :: Python :: 3.12
Requires-Python: >=3.11
Provides-Extra: all
Provides-Extra: hf
Description-Content-Type: text/markdown

# k
"""


def reported(text: str = METADATA, **project: object) -> list[str]:
    other = copy.deepcopy(PROJECT)
    other["project"] |= project
    return metadata.faults(text, other, ["LICENSES/MIT.txt"], "0.1.0")


def test_metadata():
    assert reported() == []
    assert reported(METADATA.replace("0.1.0", "0.1.1")) == ["Version: expected ['0.1.0'], got ['0.1.1']"]
    assert reported(METADATA.replace("License-File: LICENSES/MIT.txt\n", "")) == [
        "License-File: expected ['LICENSES/MIT.txt'], got []"
    ]
    assert (
        reported(METADATA.replace("License-Expression", "License"))[0]
        == "License-Expression: expected ['MIT'], got []"
    )
    assert reported(
        METADATA.replace("3.11\nProvides", "3.10\nProvides"), **{"requires-python": ">=3.10"}
    ) == ["requires-python is >=3.10, and the oldest classifier 3.11"]
    gap = [f"Programming Language :: Python :: {one}" for one in ("3", "3.11", "3.13")]
    assert reported(METADATA.replace(":: 3.12", ":: 3.13"), classifiers=gap) == [
        "the classifiers leave a Python out: ['3.11', '3.13']"
    ]
    other = PROJECT | {"build-system": {"requires": ["hatchling==2"]}}
    assert metadata.faults(METADATA, other, ["LICENSES/MIT.txt"], "0.1.0") == [
        "hatchling==2 builds elsewhere, and is not in the group package"
    ]


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("[a](docs/a.md)", "docs/a.md"),
        ("![a](a.png)", "a.png"),
        ('<img src="a.png">', "a.png"),
        ("[a](http://a.org)", "http://a.org"),
    ],
)
def test_a_description_has_no_relative_link(link, place):
    assert reported(f"{METADATA}{link}\n") == [f"the description has a link to a file: {place}"]
    assert reported(f"{METADATA}[a](https://example.org) [b](#k)\n") == []


def test_the_readme_becomes_such_a_description():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    text = (ROOT / "README.md").read_text("utf-8")
    for one in project["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(one["pattern"], one["replacement"], text)
    assert reported(f"{METADATA}{text}") == []
    assert "Picture: The page that `browse` writes" in text
    assert "中文" not in text


BILL = {
    "metadata": {"component": {"bom-ref": "root", "name": "k", "version": "0.1.0"}},
    "components": [
        {"bom-ref": one, "name": one, "version": "1", "purl": f"pkg:pypi/{one}@1"}
        for one in ("Jiter", "numpy", "other")
    ],
    "dependencies": [{"ref": "root", "dependsOn": ["Jiter", "numpy"]}, {"ref": "numpy"}],
}


def test_a_bill_of_materials():
    def reported_of(**changes: object) -> list[str]:
        return sbom.faults(copy.deepcopy(BILL) | changes, PROJECT, "0.1.0")

    assert reported_of() == []
    assert reported_of(dependencies=[{"ref": "root"}]) == [
        "sbom: jiter is not among the dependencies",
        "sbom: numpy is not among the dependencies",
    ]
    assert sbom.faults(BILL, PROJECT, "0.2.0") == ["sbom: expected k 0.2.0, got k 0.1.0"]
    assert reported_of(components=[*BILL["components"], {"bom-ref": "x", "name": "x", "version": "1"}]) == [
        "sbom: x has no purl"
    ]
    assert reported_of(serialNumber="file:///home/me") == ["sbom: a path of this machine"]


def test_the_lowest_that_each_bound_allows():
    assert extras.lowest(PROJECT) == ["jiter==0.10", "numpy==1.26", "datasets==4"]
    other = copy.deepcopy(PROJECT)
    other["project"]["dependencies"] = ["pandas>=2.2,<3"]
    assert extras.lowest(other)[0] == "pandas==2.2"
    other["project"]["dependencies"] = ["numpy"]
    with pytest.raises(SystemExit, match=r"^expected NAME>=VERSION, got numpy$"):
        extras.lowest(other)


def test_no_registry_is_named(tmp_path):
    (tmp_path / "a.txt").write_text("https://example.org/simple")
    host = hosts.REGISTRIES[0]  # this file does not name one either
    (tmp_path / "uv.lock").write_bytes(b'url = "https://files.%b/packages"' % host)
    assert hosts.faults(tmp_path, ["a.txt", "uv.lock"]) == [f"uv.lock names {host.decode()}"]


def lint(
    path: str = "data/claims.jsonl",
    licence: str = "CC-BY-4.0 AND LicenseRef-Source-Text",
    *,
    fine: bool = True,
):
    used = ["CC-BY-4.0", "LicenseRef-Public-Domain", "LicenseRef-Source-Text", "MIT"]
    return {
        "files": [{"path": path, "spdx_expressions": [{"value": licence}]}],
        "non_compliant": {"missing_licensing_info": [path]},
        "summary": {"compliant": fine, "used_licenses": used},
    }


EXPRESSION = "MIT AND CC-BY-4.0 AND LicenseRef-Source-Text"


def test_licences(tmp_path):
    path = tmp_path / "data" / "claims.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps({"text": "第一句"}, ensure_ascii=False), "utf-8")
    assert licences.embedding(tmp_path, ["data/claims.jsonl"], ["第二句"]) == set()
    holds = licences.embedding(tmp_path, ["data/claims.jsonl"], ["第一句"])
    assert licences.faults(lint(), holds, EXPRESSION) == []
    assert licences.faults(lint(licence="CC-BY-4.0"), holds, EXPRESSION) == [
        "data/claims.jsonl holds a whole claim, and REUSE.toml says ['CC-BY-4.0'] of it"
    ]
    assert licences.faults(lint(), holds, "MIT AND CC-BY-4.0") == [
        "pyproject.toml: expected CC-BY-4.0 AND LicenseRef-Source-Text AND MIT, got MIT AND CC-BY-4.0"
    ]
    assert licences.faults(lint(fine=False), holds, "MIT") == [
        "reuse: {'missing_licensing_info': ['data/claims.jsonl']}"
    ]


ROOT = Path(__file__).parents[2]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
COMMIT = "0123456789" * 4
TEST = f"""
permissions: {{}}
jobs:
  check:
    strategy:
      matrix:
        python: ["3.11", "3.12", "3.13", "3.14"]
    steps:
      - uses: actions/checkout@{COMMIT} # v7.0.1
"""
RELEASE = f"""
on:
  push:
    tags: ["v[0-9]+.[0-9]+.[0-9]+"]
permissions: {{}}
jobs:
  build:
    steps:
      - uses: actions/setup-python@{COMMIT} # v7.0.0
        with:
          python-version: "3.11"
      - run: make release-check TAG="$GITHUB_REF_NAME"
  attest:
    permissions:
      id-token: write
    steps:
      - uses: actions/attest@{COMMIT} # v4.2.1
  publish:
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: pypa/gh-action-pypi-publish@{COMMIT} # v1.14.2
"""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("", "", None),
        (', "3.14"]', "]", f"test.yml: expected Python {PYTHONS}, got {PYTHONS[:3]}"),
        ("v7.0.1", "v7", f"test.yml: not pinned by a commit: actions/checkout@{COMMIT} # v7"),
        (f"attest@{COMMIT} # v4.2.1", "attest@v4", "release.yml: not pinned by a commit: actions/attest@v4"),
        (
            'tags: ["v[0-9]+.[0-9]+.[0-9]+"]',
            "branches: [main]",
            "release.yml: expected to run on tags v[0-9]+.[0-9]+.[0-9]+ only, "
            "got {'push': {'branches': ['main']}}",
        ),
        (' TAG="$GITHUB_REF_NAME"', "", "release.yml: what is published is not checked with its tag"),
        (
            'python-version: "3.11"',
            'python-version: "3.12"',
            "release.yml: expected to be built on Python 3.11",
        ),
        ("# v1.14.2\n", "# v1.14.2\n      - run: make\n", "release.yml: publish signs, and runs code"),
        ("environment: pypi", "environment: test", "release.yml: expected publish in the environment pypi"),
        (
            "  build:\n",
            "  build:\n    permissions: {id-token: write}\n",
            "release.yml: expected attest and publish to sign, got ['attest', 'build', 'publish']",
        ),
    ],
)
def test_workflows(old, new, fault):
    texts = {"test.yml": TEST.replace(old, new), "release.yml": RELEASE.replace(old, new)}
    assert workflows.faults(texts, PYTHONS)[:1] == ([fault] if fault else [])


def test_a_workflow_with_permissions_for_all_jobs():
    texts = {"test.yml": TEST.replace("permissions: {}", "permissions: write-all"), "release.yml": RELEASE}
    assert workflows.faults(texts, PYTHONS) == ["test.yml: expected no permissions but those of its jobs"]


def test_the_bounds_of_the_project_have_a_lowest_each():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert {one.split("==")[0] for one in extras.lowest(pyproject)} >= {
        "numpy",
        "pyarrow",
        "datasets",
    }
