"""One module per billing system that Religa can speak to."""
