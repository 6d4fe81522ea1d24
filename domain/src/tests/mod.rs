//! The rules of the job, against a real Postgres, and raced where they could be raced.

mod agent_keys;
mod approvals;
mod arrows;
mod away;
mod board;
mod clock;
mod controls;
mod costs;
mod desk;
mod ends;
mod entitled;
mod found;
mod journey;
mod leases;
mod limits;
mod numbers;
mod order;
mod refusals;
mod retention;
mod sub_runs;
mod tenancy;
mod texts;
mod together;
mod tokens;
mod unseen;
mod world;
