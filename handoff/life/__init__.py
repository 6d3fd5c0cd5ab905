"""The life of a conversation at the desk: levels, snooze, scheduled messages, silence, reopening, merged people."""
