"""A labelled set of our own for matching: invented people, invented postings, and a person's answer to every requirement."""
