"""What people write at the desk: ready answers, macros, files, drafts, mentions, tags, reactions."""
