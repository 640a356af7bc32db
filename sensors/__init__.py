"""Sensors: each one decision of `inroad.stages.decisions` behind a thin wrapper. All are RUNNING by default."""
