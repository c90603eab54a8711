"""The local model server: embeddings, rerank and chat over OpenAI's protocol, with no key and no network."""
