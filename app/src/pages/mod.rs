//! Pages, a folder a feature. Each handler loads its data first and then shows it.

pub mod home;
pub mod nowhere;
