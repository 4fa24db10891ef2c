"""msdb: the tables, procedures and rules of SQL Server's package storage, on SQLite, PostgreSQL or SQL Server itself."""

__all__: list[str] = []
