//! Throughline's server: start-up, routes, and everything that runs beside them.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

mod allow_private;
pub mod api;
pub mod assets;
pub mod backup;

pub mod cli;
pub mod database;
pub mod doctor;
pub mod files;
pub mod health;
mod hooks;
pub mod ingress;
pub mod jobs;
pub mod keyring;
pub mod limits;
pub mod live;
pub mod logs;
pub mod mcp;
pub mod metrics;
pub mod nats;
pub mod payment_providers;
pub mod postgres;
pub mod product;
pub mod protocols;
pub mod rotate;
pub mod router;
mod routes;
pub mod run_to_completion;
pub mod serve;
pub mod settings;
pub mod shutdown;
pub mod sign_in_store;
pub mod stall;
pub mod tryout;
pub mod welcome;
