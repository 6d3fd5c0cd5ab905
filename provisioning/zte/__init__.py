"""ZTE C3xx and C6xx: their commands, and what their answers mean."""
