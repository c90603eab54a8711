"""Prompts are product text: whoever changes one counts its version up, and says so here."""

import hashlib

from backend.rag import summary_prompts


def test_the_prompt_is_the_one_that_its_version_names() -> None:
    shown = "\n".join(
        [
            summary_prompts.SYSTEM,
            summary_prompts.excerpt("A < B", ["One", "Two"]),
            summary_prompts.excerpt("A", []),
            summary_prompts.caption(1, "A <chart>"),
            summary_prompts.caption(2, ""),
        ]
    )
    found = (summary_prompts.VERSION, hashlib.sha256(shown.encode()).hexdigest()[:16])
    assert found == (1, "e586a5f6f431dee9")
