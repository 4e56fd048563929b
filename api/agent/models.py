"""The model of a run: any endpoint that speaks OpenAI's chat completions or Anthropic's messages.

Keys come from the environment variables of the makers and go nowhere else: no option takes one, and
an address that holds one is refused, as addresses are kept in the ledger with the history.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from pydantic_ai.models import Model

from ...indexer.errors import InvalidArgumentsError

_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}


def model_of(name: str, base_url: str) -> Model:
    """Return the model ``MAKER:NAME`` at an address, by default its maker's.

    Raises InvalidArgumentsError for a name or address that cannot be used, or without a key.
    """
    maker, _, model = name.partition(":")
    if maker not in _KEYS or not model:
        raise InvalidArgumentsError(f"--model takes openai:NAME or anthropic:NAME, not {name!r}")
    base_url = base_url or os.environ.get(f"{maker.upper()}_BASE_URL", "")
    if base_url:
        _check(base_url)
    key = os.environ.get(_KEYS[maker], "")
    if not key and not base_url:
        raise InvalidArgumentsError(f"{_KEYS[maker]} is not set: the key for {name}")
    # Servers of one's own rarely want a key, and clients always send one.
    key = key or "none"
    address = base_url or None
    # Late: the package of either maker takes a second to import.
    if maker == "openai":
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.profiles.openai import OpenAIModelProfile
        from pydantic_ai.providers.openai import OpenAIProvider

        # A stream that ends without saying why was cut, and may read like a last word.
        profile = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
        provider = OpenAIProvider(base_url=address, api_key=key)
        return OpenAIChatModel(model, provider=provider, profile=profile)
    from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
    from pydantic_ai.providers.anthropic import AnthropicProvider

    # What was told before is told again with each request: for a tenth of the price.
    settings = AnthropicModelSettings(
        anthropic_cache_tool_definitions=True,
        anthropic_cache_instructions=True,
        anthropic_cache_messages=True,
    )
    provider = AnthropicProvider(base_url=address, api_key=key)
    return AnthropicModel(model, provider=provider, settings=settings)


def _check(base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        is_plain = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_plain = False
        parts = None
    if parts is None or not is_plain:
        raise InvalidArgumentsError("--base-url takes an address such as http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query:
        raise InvalidArgumentsError(
            "--base-url takes an address without a key: keys belong in OPENAI_API_KEY or "
            "ANTHROPIC_API_KEY"
        )
