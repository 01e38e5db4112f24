"""The store: the only SQL of the house. Tables, transactions, claims, leases, migrations."""
