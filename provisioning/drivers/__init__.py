"""One file for each kind of equipment; the settings choose which are on."""
