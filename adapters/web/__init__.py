"""HTTP: one server, into which whatever answers over HTTP mounts its routes."""
