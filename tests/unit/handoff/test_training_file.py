"""The file that an export writes is what training reads, messages with several requests included."""

from __future__ import annotations

from pathlib import Path

from handoff.examples import Example, training_data
from nlu.examples import Problem, read_examples


def test_exported_file_is_read_by_training_with_all_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "export.yml"
    examples = [
        Example("cadê a fatura", "invoice_second_copy"),
        Example("manda o boleto e troca a senha", "invoice_second_copy", ("wifi_password",)),
        Example("sem net: caiu # de novo", "outage_no_connection", ("complaint",)),
    ]
    path.write_text(training_data(examples), encoding="utf-8")
    problems: list[Problem] = []
    found = {(example.text, example.intents) for example in read_examples(path, problems)}
    assert problems == []
    assert found == {(example.text, (example.intent, *example.others)) for example in examples}
