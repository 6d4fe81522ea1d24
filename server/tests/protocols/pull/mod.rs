//! Agents that fetch their work over HTTP, as they see it: real requests to the real router, on a database of their own.

mod auth;
mod desk;
mod document;
mod help;
mod limit;
mod loss;
mod numbers;
mod portal;
mod script;
mod secrets;
mod streams;
mod work;
