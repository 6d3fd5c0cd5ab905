"""SmartOLT's REST service: its client, its pace, and its answers as values."""
