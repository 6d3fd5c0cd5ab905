"""What the adapter for Voalle consists of."""
