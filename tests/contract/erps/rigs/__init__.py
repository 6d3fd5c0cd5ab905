"""One module per ERP: how the contract reaches it."""
