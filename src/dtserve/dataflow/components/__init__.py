"""The data flow components, one file each; found through :mod:`dtserve.dataflow.registry`."""
