//! Pages, a folder a feature. Each handler loads its data first and then shows it.

pub mod files;
pub mod nowhere;
pub mod request;
