"""Ground floor: settings, database, queue, errors, HTTP, logs and plain values; knows no business noun."""
