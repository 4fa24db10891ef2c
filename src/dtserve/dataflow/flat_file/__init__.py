"""Reading and writing of flat files: the exact machine, the fast readers, the writer (DATA_FLOW §6, §7)."""
