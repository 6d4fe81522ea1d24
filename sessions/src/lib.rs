//! A durable session engine on Postgres.
