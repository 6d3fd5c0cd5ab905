"""Articles in markdown: what is written becomes text, and only the little that is meant becomes HTML."""

from __future__ import annotations

import pytest

from handoff.knowledge.markdown import as_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Passos", "<h3>Passos</h3>"),
        ("a\nb\n\nc", "<p>a<br>b</p>\n<p>c</p>"),
        ("- um\n- **dois**", "<ul><li>um</li><li><strong>dois</strong></li></ul>"),
        ("1. um\n2. dois", "<ol><li>um</li><li>dois</li></ol>"),
        ("> cuidado", "<blockquote>cuidado</blockquote>"),
        ("`a*b*`  *c*", "<p><code>a*b*</code>  <em>c</em></p>"),
        ("```\n<b>\n```", "<pre><code>&lt;b&gt;</code></pre>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
    ],
)
def test_markdown_is_rendered(text: str, html: str) -> None:
    assert as_html(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "# <img src=x onerror=alert(1)>",
        "- <b onclick=x>",
        "[a](javascript:alert(1))",
        '[a](https://x.example/"onmouseover="alert(1))',
        "**<i>**",
        "`<u>`",
        "> <svg onload=x>",
        "```<script>\n</code><script>",
    ],
)
def test_no_markup_of_the_text_passes(text: str) -> None:
    html = str(as_html(text))
    assert "<script" not in html
    assert "<img" not in html
    assert "<svg" not in html
    assert "<b " not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert 'href="javascript' not in html
    assert 'onmouseover="' not in html


def test_links_lead_out_or_to_the_console_only() -> None:
    assert as_html("[a](https://x.example/y)") == '<p><a href="https://x.example/y" rel="noreferrer">a</a></p>'
    assert 'href="/console/x"' in as_html("[a](/console/x)")
    assert "href" not in as_html("[a](/outra)")
