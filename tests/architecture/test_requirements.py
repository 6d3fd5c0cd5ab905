"""What is installed is pinned by version and hash, says no host, and covers what the code imports."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.test_layers import BESIDE_THE_HOUSE, FLOOR
from tests.architecture.tree import files, imports, product, text

LISTS = {
    "requirements.txt": "requirements.in",
    "requirements-dev.txt": "requirements-dev.in",
    "requirements-tools.txt": "requirements-tools.in",
    "requirements-voice.txt": "requirements-voice.in",
    "requirements-ocr.txt": "requirements-ocr.in",
    "nlu/requirements.txt": "nlu/requirements.in",
}
# Engines that are large need a list of their own each, which is installed where they are used only.
ENGINES = {"nlu/transcribers/": "requirements-voice.txt", "billing/proof_readers/": "requirements-ocr.txt"}
# The embedded stores come with the development packages: a provider with servers of its own needs none.
EMBEDDED = {"stores.py"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()


def pinned(path: str) -> dict[str, str]:
    """Each requirement with all that belongs to it: versions, marker, hashes."""
    joined = re.sub(r"\\\n\s*", " ", text(path))
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]
    return {canonical(re.split(r"[=<>!~ ;@]", line)[0]): line for line in lines}


def wanted(path: str) -> set[str]:
    lines = [line.strip() for line in text(path).splitlines() if line.strip() and not line.startswith(("#", "-"))]
    return {canonical(re.split(r"[=<>!~ ;]", line)[0]) for line in lines}


@pytest.mark.parametrize("path", LISTS)
def test_every_requirement_is_pinned_with_hashes(path: str) -> None:
    for name, line in pinned(path).items():
        assert re.match(r"^[\w.\-\[\]]+==\S+", line), name
        assert "--hash=sha256:" in line, name


@pytest.mark.parametrize("path", LISTS)
def test_no_list_names_a_host(path: str) -> None:
    assert not re.search(r"://|--index-url|--find-links|--trusted-host", text(path))


@pytest.mark.parametrize(("locked", "source"), LISTS.items())
def test_lock_holds_all_that_is_wanted(locked: str, source: str) -> None:
    assert wanted(source) <= pinned(locked).keys()


def test_development_list_pins_the_same_versions() -> None:
    versions = {name: line.split()[0] for name, line in pinned("requirements-dev.txt").items()}
    for name, line in pinned("requirements.txt").items():
        assert versions[name] == line.split()[0]


@pytest.mark.parametrize("engines", ENGINES.values())
def test_lists_of_engines_pin_the_same_versions(engines: str) -> None:
    versions = {name: line.split()[0] for name, line in pinned("requirements.txt").items()}
    for name, line in pinned(engines).items():
        assert versions.get(name, line.split()[0]) == line.split()[0]


@pytest.mark.parametrize(("folder", "engines"), ENGINES.items())
def test_engines_import_only_packages_of_their_list(folder: str, engines: str) -> None:
    distributions = packages_distributions()
    allowed = pinned(engines).keys() | pinned("requirements.txt").keys()
    for path in product():
        if path.startswith(folder):
            foreign = {name.split(".")[0] for name in imports(path)} - sys.stdlib_module_names - FLOOR.keys()
            named = {name: distributions.get(name, [name.replace("_", "-")]) for name in foreign}
            assert all({canonical(found) for found in names} & allowed for names in named.values()), path


def test_product_imports_only_pinned_packages() -> None:
    distributions = packages_distributions()
    allowed = pinned("requirements.txt").keys()
    for path in product():
        if path in EMBEDDED or path.startswith(tuple(ENGINES)) or path.startswith("nlu/components/"):
            continue
        foreign = {name.split(".")[0] for name in imports(path)} - sys.stdlib_module_names - FLOOR.keys()
        for name in foreign - BESIDE_THE_HOUSE:
            assert {canonical(found) for found in distributions.get(name, [])} & allowed, f"{path} imports {name}"


def test_there_is_no_other_list() -> None:
    assert {path for path in files() if "requirements" in path and path.endswith(".txt")} == LISTS.keys()
