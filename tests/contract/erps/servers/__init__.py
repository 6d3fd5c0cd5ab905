"""One module per ERP: a server of ours with its published shapes, its state and its errors."""
