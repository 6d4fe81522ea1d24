//! The model: plain lists in memory. What it answers is what the engine should.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sessions::{Append, AppendOutcome, Error, Expiry, Offset, Producer};

/// A stream, whatever has become of it.
#[derive(Clone, Debug)]
pub struct ModelStream {
    pub name: String,
    /// Everything that it ever held, with what it inherited.
    pub events: Vec<String>,
    pub earliest: usize,
    pub closed: bool,
    pub expiry: Expiry,
    /// When it ends by itself if nothing is done with it.
    lapses: Option<DateTime<Utc>>,
    mark: Option<String>,
    producers: HashMap<String, (u64, u64)>,
    /// The stream that it goes on from, what was asked for as the point, and how much beyond it.
    source: Option<(usize, u64, u64)>,
    deleted: bool,
    buried: bool,
}

/// An append, as the model takes it.
pub struct ModelAppend {
    pub texts: Vec<String>,
    pub close: bool,
    pub by: Option<Producer>,
    pub mark: Option<String>,
}

impl ModelAppend {
    pub fn append(&self) -> Append {
        Append::new(self.texts.clone())
            .from_producer(self.by.clone())
            .in_order(self.mark.clone())
            .closing(self.close)
    }
}

/// What is to be created.
pub struct CreatePlan {
    pub name: String,
    pub expiry: Expiry,
    pub closed: bool,
    pub texts: Vec<String>,
    /// The source's name, the offset, and how much beyond it.
    pub fork: Option<(String, Option<u64>, u64)>,
}

#[derive(Debug, Default)]
pub struct ReferenceModel {
    pub streams: Vec<ModelStream>,
}

impl ReferenceModel {
    /// Who has the name: there is one at most that is not buried.
    fn holder(&self, name: &str) -> Option<usize> {
        self.streams.iter().rposition(|stream| stream.name == name && !stream.buried)
    }

    fn has_forks(&self, of: usize) -> bool {
        let of_it = |stream: &ModelStream| stream.source.is_some_and(|(source, ..)| source == of);
        self.streams.iter().any(|stream| of_it(stream) && !stream.buried)
    }

    /// Whether it is there.
    pub fn alive(&self, stream: usize) -> Result<(), Error> {
        match &self.streams[stream] {
            ModelStream { buried: true, .. } => Err(Error::NotFound),
            ModelStream { deleted: true, .. } => Err(Error::Deleted),
            _ => Ok(()),
        }
    }

    /// The place of the stream in the model, and whether it is new.
    pub fn create(&mut self, plan: &CreatePlan, now: DateTime<Utc>) -> Result<(usize, bool), Error> {
        if let Some(holder) = self.holder(&plan.name) {
            let same = self.alive(holder).is_ok() && self.is_as_planned(holder, plan);
            return if same { Ok((holder, false)) } else { Err(Error::Conflict) };
        }
        let mut stream = ModelStream {
            name: plan.name.clone(),
            events: Vec::new(),
            earliest: 0,
            closed: plan.closed,
            expiry: plan.expiry,
            lapses: None,
            mark: None,
            producers: HashMap::new(),
            source: None,
            deleted: false,
            buried: false,
        };
        if let Some(fork) = &plan.fork {
            self.inherit(&mut stream, fork)?;
        }
        stream.events.extend(plan.texts.iter().cloned());
        stream.begin(now);
        self.streams.push(stream);
        Ok((self.streams.len() - 1, true))
    }

    fn inherit(
        &self,
        fork: &mut ModelStream,
        (name, at, part): &(String, Option<u64>, u64),
    ) -> Result<(), Error> {
        let place = self.holder(name).ok_or(Error::NotFound)?;
        if self.alive(place).is_err() {
            return Err(Error::Conflict);
        }
        let source = &self.streams[place];
        let end = source.events.len() as u64;
        let at = at.unwrap_or(end);
        if at > end || at < source.earliest as u64 || at + part > end {
            return Err(Error::Invalid("the source has nothing there to be forked from"));
        }
        fork.events = source.events[..(at + part) as usize].to_vec();
        fork.earliest = source.earliest;
        fork.source = Some((place, at, *part));
        if fork.expiry == Expiry::Never {
            fork.expiry = source.expiry;
        }
        Ok(())
    }

    fn is_as_planned(&self, holder: usize, plan: &CreatePlan) -> bool {
        let stream = &self.streams[holder];
        let (same_fork, expiry) = match (&plan.fork, stream.source) {
            (None, None) => (true, plan.expiry),
            (Some((name, at, part)), Some((source, anchor, more))) => {
                let inherited = self.streams[source].expiry;
                let expiry = if plan.expiry == Expiry::Never { inherited } else { plan.expiry };
                let same = self.holder(name) == Some(source);
                (same && at.is_none_or(|at| at == anchor) && *part == more, expiry)
            }
            _ => (false, plan.expiry),
        };
        same_fork && expiry == stream.expiry && plan.closed == stream.closed
    }

    pub fn append(
        &mut self,
        stream: usize,
        wish: &ModelAppend,
        now: DateTime<Utc>,
    ) -> Result<AppendOutcome, Error> {
        if wish.texts.is_empty() && !wish.close {
            return Err(Error::Empty);
        }
        self.alive(stream)?;
        self.streams[stream].append(wish, now)
    }

    pub fn delete(&mut self, stream: usize) -> Result<(), Error> {
        self.alive(stream)?;
        self.retire(stream);
        Ok(())
    }

    /// Kept while forks read from it; the last one takes its deleted sources along.
    fn retire(&mut self, stream: usize) {
        self.streams[stream].deleted = true;
        let mut next = Some(stream);
        while let Some(stream) = next.take() {
            if self.streams[stream].deleted && !self.has_forks(stream) {
                self.streams[stream].buried = true;
                next = self.streams[stream].source.map(|(source, ..)| source);
            }
        }
    }

    pub fn trim(&mut self, stream: usize, before: u64) -> Result<u64, Error> {
        self.alive(stream)?;
        let forked = self.has_forks(stream);
        let stream = &mut self.streams[stream];
        if !forked {
            stream.earliest = stream.earliest.max((before as usize).min(stream.events.len()));
        }
        Ok(stream.earliest as u64)
    }

    /// What stands there, and whether it can be read; a read keeps the stream alive.
    pub fn read(&mut self, stream: usize, from: u64, now: DateTime<Utc>) -> Result<&[String], Error> {
        self.alive(stream)?;
        let stream = &mut self.streams[stream];
        let (earliest, next) = (stream.earliest as u64, stream.events.len() as u64);
        if from < earliest {
            return Err(Error::Gone { earliest: Offset::from_value(earliest) });
        }
        if from > next {
            return Err(Error::Ahead { next: Offset::from_value(next) });
        }
        stream.used(now);
        Ok(&stream.events[from as usize..])
    }

    /// Puts away what has lapsed by then.
    pub fn reach(&mut self, now: DateTime<Utc>) {
        for stream in 0..self.streams.len() {
            if self.alive(stream).is_ok() && self.streams[stream].lapses.is_some_and(|lapses| lapses <= now) {
                self.retire(stream);
            }
        }
    }
}

impl ModelStream {
    fn begin(&mut self, now: DateTime<Utc>) {
        self.lapses = match self.expiry {
            Expiry::At(at) => Some(at),
            Expiry::Never | Expiry::Idle(_) => None,
        };
        self.used(now);
    }

    /// The slack of a tenth is never seen: nobody looks within it.
    fn used(&mut self, now: DateTime<Utc>) {
        if let Expiry::Idle(seconds) = self.expiry {
            self.lapses = Some(now + TimeDelta::seconds(seconds as i64));
        }
    }

    /// What is due of a producer: its epoch, its next sequence.
    pub fn due(&self, id: &str) -> (u64, u64) {
        self.producers.get(id).copied().unwrap_or((0, 0))
    }

    fn append(&mut self, wish: &ModelAppend, now: DateTime<Utc>) -> Result<AppendOutcome, Error> {
        let judged = wish.by.as_ref().map(|by| self.judge(by)).transpose();
        let known = matches!(judged, Ok(Some(false)));
        let closes_again = self.closed && wish.texts.is_empty() && wish.by.is_none();
        if known || closes_again {
            return Ok(self.answer(wish, self.events.len(), true));
        }
        if self.closed {
            return Err(Error::Closed { next: Offset::from_value(self.events.len() as u64) });
        }
        judged?;
        if wish.mark.is_some() && wish.mark <= self.mark {
            return Err(Error::OutOfOrder);
        }
        if let Some(by) = &wish.by {
            self.producers.insert(by.id.clone(), (by.epoch, by.sequence + 1));
        }
        self.mark = wish.mark.clone().or(self.mark.take());
        self.closed = wish.close;
        self.used(now);
        let first = self.events.len();
        self.events.extend(wish.texts.iter().cloned());
        Ok(self.answer(wish, first, false))
    }

    /// Whether it is new.
    fn judge(&self, by: &Producer) -> Result<bool, Error> {
        let known = self.producers.get(&by.id).copied();
        let (epoch, due) = known.unwrap_or((by.epoch, 0));
        if by.epoch < epoch {
            return Err(Error::StaleEpoch { current: epoch });
        }
        if by.epoch > epoch && by.sequence > 0 {
            return Err(Error::EpochMustStartAtZero);
        }
        let due = if by.epoch > epoch { 0 } else { due };
        if by.sequence > due {
            return Err(Error::SequenceGap { expected: due, received: by.sequence });
        }
        Ok(by.sequence == due)
    }

    fn answer(&self, wish: &ModelAppend, first: usize, duplicate: bool) -> AppendOutcome {
        let sequence = wish.by.as_ref().map(|by| self.due(&by.id).1 - 1);
        AppendOutcome {
            first: Offset::from_value(first as u64),
            next: Offset::from_value(self.events.len() as u64),
            duplicate,
            sequence,
            closed: self.closed,
        }
    }
}
