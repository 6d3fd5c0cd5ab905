"""RADIUS as a provider runs it: FreeRADIUS's tables, and CoA/Disconnect messages to the NAS."""
