"""The verbs of kept versions are declared with what they need; ``test_packages_command`` runs them."""

import argparse

from dtserve.cli import packages_command


def parsed(*words):
    parser = argparse.ArgumentParser()
    packages_command.add_arguments(parser)
    return parser.parse_args(words)


def test_the_verbs():
    for words in (
        ["versions", "sql:P"], ["show", "sql:P", "1"], ["diff", "sql:P", "1", "2", "--text"], ["restore", "sql:P", "1"],
        ["prune", "--keep", "3", "--older-than", "90"],
    ):  # fmt: skip
        found = parsed(*words)
        assert found.action == words[0]
        assert found.call.__module__ == "dtserve.cli.version_verbs"
