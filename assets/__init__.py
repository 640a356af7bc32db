"""The software-defined assets: one module per group, checks beside them; each asset is a thin face over a stage of the core."""
