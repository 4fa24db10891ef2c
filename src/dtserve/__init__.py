"""dtserve stores, runs and watches SSIS packages with no Microsoft runtime."""

__all__ = ["__version__"]

__version__ = "0.1.0"
