//! The house agent: what works when nothing else is set up.

pub mod rehearsal;

use std::sync::Arc;

pub use rehearsal::{Pace, Rehearsal};

use super::Brain;
use crate::settings::Settings;

/// The house agent's brain as the settings have it.
pub fn brain(settings: &Settings) -> Arc<dyn Brain> {
    Arc::new(Rehearsal::new(settings.rehearsal_pace))
}
