"""Engines that read pictures of payment proofs, one module each, of the list requirements-ocr.txt."""
