"""Approximate matching of texts: what Fuzzy Lookup and Fuzzy Grouping share.

The measure is the fuzzy match similarity of Chaudhuri, Ganjam, Ganti and Motwani, "Robust
and Efficient Fuzzy Match for Online Data Cleaning" (SIGMOD 2003), on which the components
of SSIS are based. Constants that the paper leaves open and the choice of candidates are
dtserve's own, so scores and matches are near those of SSIS, not equal to them.
"""
