//! What is told, under which names.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use sessions::{Engine, Spread};

use super::responses;
use crate::limits::{Limits, Reason, SeatKind};

/// Asks the engine and the limits whenever it is asked.
#[derive(Debug)]
pub(super) struct MetricsCollector {
    pub(super) engine: Engine,
    pub(super) limits: Arc<Limits>,
    pub(super) started: DateTime<Utc>,
}

impl Collector for MetricsCollector {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut page = MetricsPage(encoder);
        let help = "Answers to requests, by the class of their status";
        page.by_label("throughline_responses", help, "class", &responses::all(), MetricType::Counter)?;
        self.log(&mut page)?;
        self.limits(&mut page)?;
        let started = self.started.timestamp_millis() as f64 / 1_000.0;
        page.gauge("process_start_time_seconds", "When the server started, in seconds since 1970", started)
    }
}

impl MetricsCollector {
    fn log(&self, page: &mut MetricsPage<'_>) -> fmt::Result {
        let figures = self.engine.figures();
        let events = figures.commit_events.sum;
        page.counter("throughline_appends", "Appends stored by this node's writer", figures.appends as f64)?;
        page.counter("throughline_append_events", "Events stored by this node's writer", events)?;
        page.spread("throughline_commit_seconds", "How long its commits took", &figures.commit_seconds)?;
        page.spread("throughline_commit_events", "Events of each of its commits", &figures.commit_events)?;
        let from_memory = figures.commits_from_memory as f64;
        page.counter(
            "throughline_commits_from_memory",
            "Its commits that took one trip to Postgres",
            from_memory,
        )?;
        let (appends, bytes) = (figures.queued_appends as f64, figures.queued_bytes as f64);
        page.gauge("throughline_queue_appends", "Appends that wait for their commit", appends)?;
        page.gauge("throughline_queue_bytes", "Bytes that wait for their commit", bytes)?;
        page.gauge("throughline_tails", "Streams in memory because they are followed", figures.tails as f64)?;
        let followers = figures.followers as f64;
        page.gauge("throughline_tail_followers", "Who follows them, the server's own included", followers)
    }

    fn limits(&self, page: &mut MetricsPage<'_>) -> fmt::Result {
        let limits = &self.limits;
        let followers = SeatKind::ALL.map(|kind| (kind.word(), limits.followers(kind)));
        let help = "Who follows from outside, by how";
        page.by_label("throughline_followers", help, "kind", &followers, MetricType::Gauge)?;
        let refusals = Reason::ALL.map(|reason| (reason.word(), limits.refusals(reason)));
        let help = "What was refused because it was too much, by why";
        page.by_label("throughline_refused", help, "reason", &refusals, MetricType::Counter)?;
        match limits.stored_bytes() {
            Some(bytes) => {
                let help = "Bytes that all streams hold, as last counted";
                page.gauge("throughline_stored_bytes", help, bytes as f64)
            }
            None => Ok(()),
        }
    }
}

struct MetricsPage<'a>(DescriptorEncoder<'a>);

impl MetricsPage<'_> {
    /// Its name ends with `_total` on the page.
    fn counter(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        ConstCounter::new(value).encode(self.0.encode_descriptor(name, help, None, MetricType::Counter)?)
    }

    fn gauge(&mut self, name: &str, help: &str, value: f64) -> fmt::Result {
        ConstGauge::new(value).encode(self.0.encode_descriptor(name, help, None, MetricType::Gauge)?)
    }

    fn spread(&mut self, name: &str, help: &str, spread: &Spread) -> fmt::Result {
        let mut page = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        page.encode_histogram::<[(&str, &str); 0]>(spread.sum, spread.count(), &spread.buckets, None)
    }

    fn by_label(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: &[(&str, u64)],
        kind: MetricType,
    ) -> fmt::Result {
        let mut page = self.0.encode_descriptor(name, help, None, kind)?;
        for (word, value) in values {
            let labels = [(label, *word)];
            let one = page.encode_family(&labels)?;
            match kind {
                MetricType::Counter => ConstCounter::new(*value).encode(one)?,
                _ => ConstGauge::new(*value as f64).encode(one)?,
            }
        }
        Ok(())
    }
}
