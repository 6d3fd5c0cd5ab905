"""Models side by side: promoting, going back, the shadow, and what a half-made model is worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.registry import CURRENT, PREVIOUS, SHADOW, Facts, Registry, UnknownModel, WrongLanguage


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Three models, the newest last in the alphabet."""
    made = Registry(tmp_path / "models")
    for number, fingerprint in enumerate(("aaa111", "bbb222", "ccc333")):
        a_model(made, fingerprint, f"2026-11-2{number}T12:00:00+00:00")
    return made


def a_model(registry: Registry, fingerprint: str, trained_at: str, language: str = "pt_BR") -> None:
    registry.folder.mkdir(exist_ok=True)
    made = registry.folder / "made"
    made.write_bytes(fingerprint.encode())
    registry.add(made, Facts(fingerprint, trained_at, language, 3, 1.5))


def test_promoting_keeps_the_one_before_to_go_back_to(registry: Registry) -> None:
    registry.promote("aaa111")
    registry.promote("bbb222")
    assert registry.pointers() == {CURRENT: "bbb222", PREVIOUS: "aaa111"}
    assert registry.go_back() == "aaa111"
    assert registry.pointers() == {CURRENT: "aaa111", PREVIOUS: "bbb222"}
    assert registry.go_back() == "bbb222"


def test_promoting_twice_does_not_forget_the_way_back(registry: Registry) -> None:
    registry.promote("aaa111")
    registry.promote("bbb222")
    registry.promote("bbb222")
    assert registry.pointed(PREVIOUS) == "aaa111"


def test_there_is_no_way_back_when_only_one_was_promoted(registry: Registry) -> None:
    registry.promote("aaa111")
    with pytest.raises(UnknownModel, match="modelo anterior"):
        registry.go_back()
    assert registry.pointed(CURRENT) == "aaa111"


def test_a_model_that_is_not_there_is_not_promoted(registry: Registry) -> None:
    registry.promote("aaa111")
    registry.path("bbb222").unlink()
    for missing in ("bbb222", "ddd444", ""):
        with pytest.raises(UnknownModel, match="nlu train"):
            registry.promote(missing)
    assert registry.pointed(CURRENT) == "aaa111"


def test_a_file_without_its_facts_does_not_count_as_a_model(registry: Registry) -> None:
    registry.path("half00").write_bytes(b"killed before the facts were written")
    assert not registry.has("half00")
    assert [facts.fingerprint for facts in registry.models()] == ["ccc333", "bbb222", "aaa111"]


def test_a_beginning_is_enough_when_it_names_one(registry: Registry) -> None:
    assert registry.find("bb") == "bbb222"
    a_model(registry, "bbb999", "2026-11-25T12:00:00+00:00")
    for wrong in ("bb", "x", ""):
        with pytest.raises(UnknownModel, match="bbb222"):
            registry.find(wrong)


def test_a_promoted_shadow_is_no_shadow_any_more(registry: Registry) -> None:
    registry.promote("aaa111")
    registry.shadow("bbb222")
    assert registry.pointed(SHADOW) == "bbb222"
    registry.promote("bbb222")
    assert registry.pointed(SHADOW) == ""
    registry.shadow("")


def test_old_models_go_but_none_that_is_needed(registry: Registry) -> None:
    registry.promote("aaa111")
    a_model(registry, "ddd444", "2026-11-29T12:00:00+00:00")
    assert registry.forget_all_but(1) == ["ccc333", "bbb222"]
    assert {facts.fingerprint for facts in registry.models()} == {"ddd444", "aaa111"}


def test_damaged_facts_are_said_to_be_so(registry: Registry) -> None:
    (registry.folder / "aaa111.json").write_text("{", encoding="utf-8")
    with pytest.raises(UnknownModel, match="aaa111"):
        registry.facts("aaa111")
    assert [facts.fingerprint for facts in registry.models()] == ["ccc333", "bbb222"]


def test_a_model_of_another_language_is_neither_promoted_nor_put_into_the_shadow(registry: Registry) -> None:
    a_model(registry, "ddd444", "2026-11-25T12:00:00+00:00", "es")
    registry.promote("aaa111")
    sentence = r"ddd444 lê es, e os clientes escrevem pt_BR\. Rode: python -m nlu\.train, ou .*CUSTOMER_LANGUAGE=es"
    for let_in in (registry.promote, registry.shadow):
        with pytest.raises(WrongLanguage, match=sentence):
            let_in("ddd444")
    assert registry.pointers() == {CURRENT: "aaa111"}


def test_a_change_of_language_takes_the_shadow_away_and_leaves_no_way_back_into_the_other(registry: Registry) -> None:
    a_model(registry, "ddd444", "2026-11-25T12:00:00+00:00", "es")
    registry.promote("aaa111")
    registry.shadow("bbb222")
    spanish = Registry(registry.folder, "es")
    spanish.promote("ddd444")
    assert spanish.pointers() == {CURRENT: "ddd444", PREVIOUS: "aaa111"}
    with pytest.raises(WrongLanguage, match="aaa111 lê pt_BR"):
        spanish.go_back()
    assert spanish.pointed(CURRENT) == "ddd444"


def test_the_language_of_the_environment_is_taken_where_none_is_given(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUSTOMER_LANGUAGE", raising=False)
    assert Registry(registry.folder).language == "pt_BR"
    monkeypatch.setenv("CUSTOMER_LANGUAGE", "es")
    assert Registry(registry.folder).language == "es"


@pytest.mark.parametrize("written", [b"\xff\xfe", b"a" * 5000, b"../../etc/passwd", b"aaa111\nbbb222", b"", b"\x00"])
def test_a_pointer_that_holds_something_else_points_to_nothing(registry: Registry, written: bytes) -> None:
    (registry.folder / CURRENT).write_bytes(written)
    assert registry.pointed(CURRENT) == ""
    registry.promote("aaa111")
    assert registry.pointed(CURRENT) == "aaa111"


def test_facts_of_another_shape_do_not_count(registry: Registry) -> None:
    facts = '{"fingerprint": "aaa111", "trained_at": 5, "language": "pt_BR", "examples": 3, "seconds": 1.5}'
    (registry.folder / "aaa111.json").write_text(facts, encoding="utf-8")
    assert [each.fingerprint for each in registry.models()] == ["ccc333", "bbb222"]
