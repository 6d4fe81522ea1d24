//! Follows the request's session for what concerns the attempt.

use std::{collections::HashSet, sync::Arc};

use domain::{
    Db,
    controls::{ControlKind, PendingControl},
    ids::ControlId,
    runs::ClaimedRun,
    session::{Event, Part, RunState},
};
use sessions::Offset;
use tokio::sync::mpsc::UnboundedSender;

use super::signals::{Interrupts, Signal, Steer};

/// Listens for one attempt.
pub(super) struct SignalListener {
    pub(super) db: Db,
    pub(super) claimed: ClaimedRun,
    pub(super) signals: UnboundedSender<Signal>,
    pub(super) interrupts: Arc<Interrupts>,
    known: HashSet<ControlId>,
}

impl SignalListener {
    pub(super) fn new(
        db: Db,
        claimed: ClaimedRun,
        sender: UnboundedSender<Signal>,
        interrupts: Arc<Interrupts>,
    ) -> Self {
        Self { db, claimed, signals: sender, interrupts, known: HashSet::new() }
    }

    /// Takes in what was asked before the attempt began to listen.
    pub(super) fn take_in(&mut self, pending: Vec<PendingControl>) {
        for control in pending {
            match control.kind {
                ControlKind::Stop => self.stop(control.id),
                ControlKind::Steer => {
                    self.steer(Steer { control: control.id, text: control.text, by: control.by });
                }
            }
        }
    }

    /// Listens from an offset on until the attempt is over.
    pub(super) async fn listen(mut self, from: Offset) {
        let mut follower = self.db.engine().follow(self.claimed.session_stream(), from);
        loop {
            match follower.next().await {
                Ok(Some(batch)) => {
                    for record in &batch.records {
                        if let Ok(event) = Event::from_json(record.json()) {
                            self.handle(event);
                        }
                    }
                }
                // The engine stops: so does the server, which tells the attempt itself.
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(run.id = %self.claimed.run, error.message = %error, "an agent went deaf");
                    self.interrupts.lost.cancel();
                    return;
                }
            }
        }
    }

    /// Listens backstage, where operators are asked and answer. What is written there stops nothing by itself.
    pub(super) fn listen_backstage(&self, from: Offset) -> impl Future<Output = ()> + Send + use<> {
        let (db, claimed) = (self.db.clone(), self.claimed.clone());
        let (sender, interrupts) = (self.signals.clone(), Arc::clone(&self.interrupts));
        async move {
            let mut follower = db.engine().follow(claimed.backstage_stream(), from);
            loop {
                match follower.next().await {
                    Ok(Some(batch)) => {
                        let events = batch.records.iter().filter_map(|r| Event::from_json(r.json()).ok());
                        // Whoever would care is gone when the attempt is over.
                        events.filter_map(settled).for_each(|news| drop(sender.send(news)));
                    }
                    Ok(None) => return,
                    Err(error) => {
                        tracing::error!(run.id = %claimed.run, error.message = %error, "an agent went deaf");
                        return interrupts.lost.cancel();
                    }
                }
            }
        }
    }

    fn handle(&mut self, event: Event) {
        let ours = event.run == Some(self.claimed.run);
        match event.part {
            // Whoever helps is not the one who is spoken to, and goes when that one goes.
            Part::DataStop { .. } | Part::DataSteer { .. } if self.claimed.parent.is_some() => {}
            Part::DataStop { control } => self.stop(control),
            Part::DataSteer { control, text } => self.steer(Steer { control, text, by: event.author.name }),
            Part::DataRun { state, .. } | Part::DataSubRun { state, .. } if ours => {
                self.run_is(state, event.attempt)
            }
            Part::DataSubRun { parent, state, .. } if parent == self.claimed.run && state.has_ended() => {
                self.send(Signal::SubRunEnded)
            }
            _ => {
                if let Some(news) = settled(event) {
                    self.send(news);
                }
            }
        }
    }

    fn run_is(&self, state: RunState, attempt: Option<u32>) {
        let newer = attempt.is_some_and(|attempt| attempt > self.claimed.attempt);
        match state {
            _ if newer => self.interrupts.lost.cancel(),
            RunState::Working => self.interrupts.beat.notify_one(),
            RunState::Suspended => {}
            RunState::Queued | RunState::Completed | RunState::Cancelled | RunState::Failed => {
                self.interrupts.lost.cancel()
            }
        }
    }

    fn stop(&mut self, control: ControlId) {
        if self.known.insert(control) {
            self.interrupts.stop_by(control);
        }
    }

    fn steer(&mut self, steer: Steer) {
        if self.known.insert(steer.control) {
            self.send(Signal::Steer(steer));
        }
    }

    fn send(&self, signal: Signal) {
        // The context is gone when the attempt is over, and so is whoever would care.
        let _ = self.signals.send(signal);
    }
}

/// How a question ended, where the event says so.
fn settled(event: Event) -> Option<Signal> {
    match event.part {
        Part::DataAnswer { approval, label, .. } => {
            Some(Signal::QuestionSettled { approval, label, by: event.author.name })
        }
        _ => None,
    }
}
