"""Examples that run: the network of invented companies, what must be found on it, and a profile to find it for.

`network` serves the companies' sites on loopback; `expected.json` states what a run over them must find; `profile.yaml` is an
invented person. Nothing here is imported by the product except by the command that starts the demonstration.
"""
