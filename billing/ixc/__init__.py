"""What IXC Provedor says, and how it is asked."""
