//! Pages, a folder a feature. Each handler loads its data first and then shows it.

pub mod account;
pub mod agents;
pub mod audit;
pub mod billing;
pub mod board;
pub mod clients;
pub mod costs;
pub mod data;
pub mod docs;
pub mod files;
pub mod home;
pub mod nowhere;
pub mod offers;
pub mod outbox;
pub mod payments;
pub mod people;
pub mod proposals;
pub mod request;
pub mod requests;
pub mod search;
pub mod settings;
pub mod signup;
pub mod storefront;
pub mod today;
pub mod tokens;
pub mod webhooks;
