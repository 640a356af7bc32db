"""Reading job pages, measured: invented jobs in eight languages, set in the markup that pages come in (`pages`), and the
score.
"""
