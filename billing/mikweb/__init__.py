"""What the adapter for MikWeb consists of."""
