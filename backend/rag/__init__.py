"""How the product finds: parse, chunk, embed, search and cite."""
