//! Pages, a folder a feature. Each handler loads its data first and then shows it.

pub mod account;
pub mod billing;
pub mod files;
pub mod home;
pub mod nowhere;
pub mod offers;
pub mod outbox;
pub mod people;
pub mod request;
pub mod requests;
pub mod settings;
pub mod signup;
pub mod storefront;
