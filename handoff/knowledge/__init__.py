"""The knowledge base: what people wrote down so that the next one need not find it out again."""
