//! The house agent at work, against a real Postgres: whole ways, and every way in which one breaks off.

mod rehearsal;
mod support;
