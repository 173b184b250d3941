"""The core of DDNS Plus: addresses, hostnames, decisions, providers; no Home Assistant inside."""
