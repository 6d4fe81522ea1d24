//! How long the statements of one page took, as the product waited for them: sqlx tells of each statement that it ran,
//! and the time with it. One page is rendered at a time, so a sum is that page's.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::layer::{Context, Layer};

/// The sum since it was last taken. Cheap to clone.
#[derive(Clone, Default)]
pub struct SqlTime {
    nanos: Arc<Mutex<u64>>,
    statements: Arc<AtomicU64>,
}

impl SqlTime {
    /// Milliseconds and statements since the last call.
    pub fn take(&self) -> (f64, u64) {
        let nanos = std::mem::take(&mut *self.nanos.lock().unwrap_or_else(|held| held.into_inner()));
        #[allow(clippy::cast_precision_loss, reason = "a page takes nowhere near 2^53 ns")]
        let millis = nanos as f64 / 1e6;
        (millis, self.statements.swap(0, Ordering::Relaxed))
    }
}

impl<S: Subscriber> Layer<S> for SqlTime {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut seconds = Seconds(0.0);
            event.record(&mut seconds);
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a time is small and not negative"
            )]
            let nanos = (seconds.0 * 1e9) as u64;
            *self.nanos.lock().unwrap_or_else(|held| held.into_inner()) += nanos;
            self.statements.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Seconds(f64);

impl Visit for Seconds {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.0 = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
