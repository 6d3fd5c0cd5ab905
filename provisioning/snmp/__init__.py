"""SNMP to OLTs: a session over pysnmp, and one file for each maker's MIB."""
