WEEKS = 10  # that the proofs of summaries live through
