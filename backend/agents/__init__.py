"""How the product reasons: graphs, prompts and tools."""
