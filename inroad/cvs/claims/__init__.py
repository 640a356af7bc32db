"""What a line of a CV claims, and whether a fact of the profile grants it.

What belongs here: pure functions from text to claims (quantities, scope, names, titles, dates, degrees, fluency) and the
comparison of one claim with one fact. What does not: walking a document (`inroad.cvs.checking`) and anything that writes text.
"""
