"""English texts as sentences, words, parts of speech and terms, for Term Extraction and Term Lookup.

The rules for sentences, words, stemming and terms are those of SSIS's documentation. Its
dictionary and the statistical model behind its tagging of words are not public; here are
lists of frequent words, endings and the neighbours of a word instead. No data is
downloaded and nothing is learned.
"""
