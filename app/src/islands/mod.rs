//! The parts of pages that stay alive in the browser.
