"""The service: who may do what, running packages, history, event log, REST."""

from dtserve.service.config import ServiceHome, load_home

__all__ = ["ServiceHome", "load_home"]
